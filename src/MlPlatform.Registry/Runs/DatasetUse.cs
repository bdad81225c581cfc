namespace MlPlatform.Registry;

/// <summary>A dataset that runs of an experiment read.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Name">The dataset's name.</param>
/// <param name="Digest">What it was, to its maker.</param>
/// <param name="Context">What for, such as <c>training</c>, if a run said so.</param>
public sealed record DatasetUse(string ExperimentId, string Name, string Digest, string? Context);
