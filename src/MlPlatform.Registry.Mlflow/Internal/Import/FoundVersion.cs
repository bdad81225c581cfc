namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record FoundVersion(int Number)
{
    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The run that made it, in the other system's words.</summary>
    public string? Run { get; init; }

    /// <summary>Where its files are, in the other system's words.</summary>
    public required string Source { get; init; }

    public string? RunLink { get; init; }

    public string? LoggedModelId { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}
