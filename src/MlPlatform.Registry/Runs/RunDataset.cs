namespace MlPlatform.Registry;

/// <summary>A dataset that a run read.</summary>
/// <param name="Name">Its name, up to 500 characters.</param>
/// <param name="Digest">What it holds, by content; up to 128 characters.</param>
/// <param name="Schema">Its columns, if said.</param>
public sealed record RunDataset(string Name, string Digest, Core.DataSchema? Schema = null);
