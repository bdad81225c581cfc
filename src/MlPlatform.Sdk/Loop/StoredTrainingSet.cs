using MlPlatform.Core;

namespace MlPlatform.Sdk;

/// <summary>A training set kept as an artifact: what pipeline steps hand on instead of the rows.</summary>
/// <param name="Digest">The artifact.</param>
/// <param name="Service">The feature service and its version.</param>
/// <param name="Rows">How many rows it has.</param>
public sealed record StoredTrainingSet(ArtifactDigest Digest, string Service, int Rows);
