namespace MlPlatform.Serving.Internal;

/// <summary>When a request is to be run.</summary>
/// <param name="Deadline">The timestamp of the work clock that it is of no use after; 0 for none.</param>
/// <param name="Timeout">The time that the deadline was made from.</param>
/// <param name="Priority">Its place among those that wait.</param>
internal readonly record struct RunTerms(long Deadline, TimeSpan Timeout, PredictionPriority Priority);
