namespace MlPlatform.Pipelines.Internal;

/// <summary>What the cache said: an output, a miss to be computed under the note's key, or that another step computes it now.</summary>
internal sealed record CacheLookup(StepCacheNote Note, StepOutput? Output, bool IsBusy);
