namespace MlPlatform.Registry;

/// <summary>A dataset that a run read.</summary>
/// <param name="Name">Its name, up to 500 characters.</param>
/// <param name="Digest">What it holds, by content; up to 128 characters.</param>
/// <param name="Schema">Its columns, if said.</param>
public sealed record RunDataset(string Name, string Digest, Core.DataSchema? Schema = null)
{
    /// <summary>What kind of place it came from, for example <c>local</c> or <c>s3</c>; up to 500 characters.</summary>
    public string? SourceType { get; init; }

    /// <summary>Where it came from, up to 65,535 characters. Stored, never opened.</summary>
    public string? Source { get; init; }

    /// <summary>Its schema in another system's own form, up to 1,048,575 characters.</summary>
    public string? SchemaText { get; init; }

    /// <summary>Statistics of it in another system's own form, up to 16,777,215 characters.</summary>
    public string? Profile { get; init; }

    /// <summary>Tags of the run's use of it, for example its context; keys up to 255 characters, values up to 500.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
