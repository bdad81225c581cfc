namespace MlPlatform.Registry;

/// <summary>The owner of a tree of files, as it is stored.</summary>
/// <param name="Id">Which tree.</param>
/// <param name="ExperimentId">The experiment that its owner belongs to.</param>
/// <param name="IsDeleted">Whether the owner or its experiment is deleted: then the tree can be read, not written.</param>
public sealed record ArtifactTree(ArtifactTreeId Id, string ExperimentId, bool IsDeleted);
