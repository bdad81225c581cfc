using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class RunInputRow
{
    public required string RunId { get; init; }

    public required string DatasetId { get; init; }

    public required string Name { get; init; }

    public required string Digest { get; init; }

    public string? SourceType { get; init; }

    public string? Source { get; init; }

    public string? SchemaJson { get; init; }

    public string? SchemaText { get; init; }

    public string? Profile { get; init; }

    public RunDataset ToDataset() =>
        new(Name, Digest, SchemaJson is null ? null : DataSchema.FromJson(SchemaJson))
        {
            SourceType = SourceType,
            Source = Source,
            SchemaText = SchemaText,
            Profile = Profile,
        };
}
