namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed record LoggedModelInfoReply
{
    public string? ModelId { get; init; }

    public string? Name { get; init; }

    public string? ModelType { get; init; }

    public string? SourceRunId { get; init; }

    public string? Status { get; init; }

    public string? ArtifactUri { get; init; }

    public List<TextPair>? Tags { get; init; }
}
