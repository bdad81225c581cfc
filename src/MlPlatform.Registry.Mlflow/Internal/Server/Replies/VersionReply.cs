namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record VersionReply
{
    public string? Name { get; init; }

    public int? Version { get; init; }

    public long? CreationTimestamp { get; init; }

    public long? LastUpdatedTimestamp { get; init; }

    public string? UserId { get; init; }

    public string? Description { get; init; }

    public string? Source { get; init; }

    public string? RunId { get; init; }

    public string? RunLink { get; init; }

    public string? ModelId { get; init; }

    public List<TextPair>? Tags { get; init; }
}
