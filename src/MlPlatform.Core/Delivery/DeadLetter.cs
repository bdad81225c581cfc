namespace MlPlatform.Core;

/// <summary>An event that a subscription was not told of in the end. It is still in the log.</summary>
/// <param name="EventId">The event.</param>
/// <param name="At">When it was given up, in platform time.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">What the last try said.</param>
public sealed record DeadLetter(EventId EventId, DateTimeOffset At, int Attempts, string Error);
