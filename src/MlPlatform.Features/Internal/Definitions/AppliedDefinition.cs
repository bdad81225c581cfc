namespace MlPlatform.Features.Internal;

internal sealed class AppliedDefinition
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required int Version { get; init; }

    public required string Hash { get; init; }

    public required string Body { get; init; }

    public required long AppliedAt { get; init; }

    public required string AppliedBy { get; init; }
}
