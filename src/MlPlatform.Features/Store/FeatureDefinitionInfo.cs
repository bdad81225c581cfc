using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>One version of an applied definition.</summary>
/// <param name="Asset">Kind, name and version.</param>
/// <param name="Hash">The digest of everything declared.</param>
/// <param name="Body">What was declared, as canonical JSON.</param>
/// <param name="AppliedAt">When, in platform time.</param>
/// <param name="AppliedBy">By whom.</param>
public sealed record FeatureDefinitionInfo(AssetRef Asset, ArtifactDigest Hash, string Body, DateTimeOffset AppliedAt, string AppliedBy);
