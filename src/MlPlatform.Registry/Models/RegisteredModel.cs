namespace MlPlatform.Registry;

/// <summary>A registered model: a name that versions and aliases hang on.</summary>
/// <param name="Name">Its name, compared by ordinal.</param>
/// <param name="CreatedAt">When it was made, in platform time.</param>
/// <param name="LatestVersion">The highest version number there is; 0 without versions.</param>
public sealed record RegisteredModel(string Name, DateTimeOffset CreatedAt, int LatestVersion)
{
    /// <summary>When it or its tags last changed, in platform time.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for it: a person or a team.</summary>
    public string? Owner { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
