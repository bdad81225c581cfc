namespace MlPlatform.Registry;

/// <summary>What may be said about a registered model when it is made.</summary>
public sealed record RegisteredModelOptions
{
    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for it: a person or a team, up to 250 characters.</summary>
    public string? Owner { get; init; }

    /// <summary>Tags; keys up to 250 characters, values up to 100,000.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
