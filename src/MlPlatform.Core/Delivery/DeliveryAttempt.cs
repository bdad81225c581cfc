namespace MlPlatform.Core;

/// <summary>What came of sending a message once.</summary>
/// <param name="Status">The status of the answer; null when there was none.</param>
/// <param name="Body">The beginning of the answer's body, up to 64 KiB.</param>
/// <param name="Error">What went wrong; null on success.</param>
/// <param name="IsFinal">Whether it makes no sense to try again.</param>
/// <param name="RetryAfter">How long the receiver asks to wait, if it does.</param>
public sealed record DeliveryAttempt(int? Status, string? Body, string? Error, bool IsFinal, TimeSpan? RetryAfter);
