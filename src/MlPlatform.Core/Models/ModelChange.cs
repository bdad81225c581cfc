namespace MlPlatform.Core;

/// <summary>What an alias points at.</summary>
/// <param name="Name">The model.</param>
/// <param name="Alias">The alias.</param>
/// <param name="Version">The version it points at; null when the alias was removed.</param>
/// <param name="Previous">The version before, if any.</param>
/// <param name="ETag">The alias row's tag.</param>
public sealed record ModelChange(string Name, string Alias, int? Version, int? Previous, ETag ETag);
