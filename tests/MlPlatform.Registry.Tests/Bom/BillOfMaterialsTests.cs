using System.Text.Json;
using Json.Schema;
using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class BillOfMaterialsTests
{
    private static readonly Lazy<JsonSchema> Schema = new(() =>
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Bom", "vectors");
        foreach (var name in new[] { "jsf-0.82", "spdx" })
        {
            SchemaRegistry.Global.Register(JsonSchema.FromFile(Path.Combine(folder, $"{name}.schema.json")));
        }

        return JsonSchema.FromFile(Path.Combine(folder, "bom-1.6.schema.json"));
    });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_version_is_described_by_the_public_schema()
    {
        await using var host = new RegistryHost();
        await host.Models.CreateModelAsync("late flights", new() { Owner = "ops" }, Cancel);
        await using var run = await host.Get<IExperimentTracker>()
            .StartRunAsync(
                "e",
                new()
                {
                    Provenance = new() { Seed = 7, Commit = "abc" },
                },
                Cancel
            );
        await run.LogInputAsync(new("landings", "2001-q1"), Cancel);
        var package = Of("1")
            .With(m =>
                m with
                {
                    Metrics = new Dictionary<string, double> { ["auc"] = 0.7, ["loss"] = 0.1 },
                }
            );
        var version = (
            await host.Models.RegisterVersionAsync("late flights", package, new() { RunId = run.Id, Description = "d" }, Cancel)
        ).Id;
        await host.Get<IModelCards>()
            .SaveAsync(
                version,
                new()
                {
                    IntendedUse = "gates",
                    Limits = "domestic",
                    Ethics = "none known",
                    License = "MIT",
                    Metrics =
                    [
                        new("auc", 0.71)
                        {
                            Slice = "winter",
                            Low = 0.6,
                            High = 0.8,
                        },
                    ],
                },
                null,
                Cancel
            );

        var bom = await ExportAsync(host, version);

        var model = bom.GetProperty("metadata").GetProperty("component");
        Assert.Equal("machine-learning-model", model.GetProperty("type").GetString());
        var metrics = model.GetProperty("modelCard").GetProperty("quantitativeAnalysis").GetProperty("performanceMetrics");
        Assert.Equal(["auc", "auc", "loss"], metrics.EnumerateArray().Select(m => m.GetProperty("type").GetString()));
        var components = bom.GetProperty("components").EnumerateArray().ToLookup(c => c.GetProperty("type").GetString());
        Assert.Equal("model.bin", Assert.Single(components["file"]).GetProperty("name").GetString());
        Assert.Equal("landings", Assert.Single(components["data"]).GetProperty("name").GetString());
        Assert.Contains(
            components["library"],
            c => c.GetProperty("purl").GetString()!.StartsWith("pkg:nuget/Dapper@", StringComparison.Ordinal)
        );
        Assert.Equal(components.Sum(c => c.Count()), bom.GetProperty("dependencies")[0].GetProperty("dependsOn").GetArrayLength());
        Assert.Contains("\"7\"", model.GetProperty("properties").GetRawText(), StringComparison.Ordinal);
        var nonsense = bom.GetRawText().Replace("machine-learning-model", "nonsense", StringComparison.Ordinal);
        Assert.False(Schema.Value.Evaluate(JsonDocument.Parse(nonsense).RootElement).IsValid);
        Assert.Equal(bom.GetRawText(), (await ExportAsync(host, version)).GetRawText());
    }

    [Fact]
    public async Task A_version_of_which_little_is_known_is_described_too()
    {
        await using var host = new RegistryHost();
        var version = (await host.Models.RegisterVersionAsync("m", new ExternalModel("s3://bucket/m"), cancellationToken: Cancel)).Id;

        var bom = await ExportAsync(host, version);

        Assert.Equal(0, bom.GetProperty("components").GetArrayLength());
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Get<IModelBillsOfMaterials>().ExportAsync(new("m", 2), Cancel));
    }

    private static async Task<JsonElement> ExportAsync(RegistryHost host, ModelVersionId version)
    {
        var bom = JsonDocument.Parse(await host.Get<IModelBillsOfMaterials>().ExportAsync(version, Cancel)).RootElement;
        var result = Schema.Value.Evaluate(bom, new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        Assert.True(
            result.IsValid,
            string.Join(
                "; ",
                (result.Details ?? [])
                    .Where(d => d.Errors is not null)
                    .Take(10)
                    .Select(d => $"{d.InstanceLocation}: {string.Join(",", d.Errors!.Values)}")
            )
        );
        return bom;
    }
}
