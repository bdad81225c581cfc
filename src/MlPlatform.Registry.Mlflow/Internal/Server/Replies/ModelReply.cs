namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record ModelReply
{
    public string? Name { get; init; }

    public long? CreationTimestamp { get; init; }

    public long? LastUpdatedTimestamp { get; init; }

    public string? Description { get; init; }

    public List<VersionReply>? LatestVersions { get; init; }

    public List<TextPair>? Tags { get; init; }

    public List<AliasReply>? Aliases { get; init; }
}
