using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>What a service reads and gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Features">The columns that it gives, in order.</param>
/// <param name="Inputs">The keys and the request data that it takes.</param>
/// <param name="Views">The views that it reads, with their versions.</param>
public sealed record FeatureServiceInfo(string Name, int Version, DataSchema Features, DataSchema Inputs, IReadOnlyList<AssetRef> Views);
