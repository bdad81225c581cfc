namespace MlPlatform.Registry;

/// <summary>A dataset that metrics of logged models were measured on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its digest; null for any.</param>
public sealed record LoggedModelDataset(string Name, string? Digest = null);
