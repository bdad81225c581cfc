namespace MlPlatform.Core;

/// <summary>A message about an event, ready to be sent.</summary>
/// <param name="Id">Names the event in the message's headers; the same whenever it is sent again.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Body">The body, UTF-8 text. It is what is signed.</param>
public sealed record EventMessage(string Id, string ContentType, ReadOnlyMemory<byte> Body);
