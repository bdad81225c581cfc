namespace MlPlatform.Registry.Internal;

internal sealed class AliasRow
{
    public const string Columns = "model AS Model, alias AS Alias, version AS Version, row_version AS RowVersion";

    public required string Model { get; init; }

    public required string Alias { get; init; }

    /// <summary>Null when the alias was removed.</summary>
    public int? Version { get; init; }

    public required long RowVersion { get; init; }

    public ModelAlias? ToAlias() => Version is { } version ? new(Model, Alias, version, new(RowVersion)) : null;
}
