using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class DatasetMessage
{
    public static JsonObject Of(RunDataset dataset) =>
        new JsonObject()
            .With("tags", Wire.Pairs(dataset.Tags))
            .With(
                "dataset",
                new JsonObject
                {
                    ["name"] = dataset.Name,
                    ["digest"] = dataset.Digest,
                    ["source_type"] = dataset.SourceType ?? "code",
                    ["source"] = dataset.Source ?? "{}",
                }
                    .With("schema", dataset.SchemaText ?? dataset.Schema?.ToJson())
                    .With("profile", dataset.Profile)
            );

    public static RunDataset Read(MlflowMessage input)
    {
        var dataset = input.OptionalMessage("dataset") ?? throw input.Missing("dataset");
        return new(dataset.RequiredString("name"), dataset.RequiredString("digest"))
        {
            SourceType = dataset.RequiredString("source_type"),
            Source = dataset.OptionalString("source"),
            SchemaText = dataset.OptionalString("schema"),
            Profile = dataset.OptionalString("profile"),
            Tags = input.Map("tags"),
        };
    }
}
