namespace MlPlatform.Core;

/// <summary>The headers of a message.</summary>
/// <param name="Id">Carries the message's id.</param>
/// <param name="Timestamp">Carries when it was sent, in Unix seconds.</param>
/// <param name="Signature">Carries <c>v1,</c> and the base 64 of the HMAC-SHA256 of <c>id.timestamp.body</c>, keyed by the secret's UTF-8 bytes.</param>
public sealed record EventHeaders(string Id, string Timestamp, string Signature);
