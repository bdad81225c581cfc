namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record FoundModel(string Name)
{
    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required IReadOnlyList<FoundVersion> Versions { get; init; }

    /// <summary>Aliases and the versions that they point at.</summary>
    public required IReadOnlyDictionary<string, int> Aliases { get; init; }
}
