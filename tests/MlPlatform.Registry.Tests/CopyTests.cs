using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class CopyTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_copy_has_the_same_bytes_run_and_its_origin_and_outlives_it()
    {
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync("e", cancellationToken: Cancel);
        var tags = new Dictionary<string, string> { ["k"] = "v" };
        var source = await host.Models.RegisterVersionAsync(
            "dev",
            Of("1"),
            new()
            {
                RunId = run.Id,
                Description = "d",
                Tags = tags,
            },
            Cancel
        );

        var copy = await host.Models.CopyVersionAsync(source.Id, "prod", cancellationToken: Cancel);

        Assert.Equal(new("prod", 1), copy.Id);
        Assert.Equal(
            (source.ManifestDigest, source.RunId, "d", "dev@v1"),
            (copy.ManifestDigest, copy.RunId, copy.Description, copy.CopiedFrom)
        );
        Assert.Equal(tags, copy.Tags);
        var up = await host.Get<ILineage>().UpstreamAsync(copy.Id.ToAsset(), cancellationToken: Cancel);
        Assert.Contains(source.Id.ToAsset(), up.Select(e => e.From));
        await host.Models.DeleteVersionAsync(source.Id, Cancel);
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        var opened = await host.Source.OpenAsync(ModelReference.ByVersion("prod", 1), Cancel);
        Assert.Equal("1", System.Text.Encoding.UTF8.GetString(await opened.Package.ReadAsync("model.bin", Cancel)));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.CopyVersionAsync(source.Id, "prod", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_package_goes_to_another_environment_with_its_digest()
    {
        await using var other = new RegistryHost();
        var source = await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);

        var copy = await host.Source.CopyVersionAsync(source.Id, other.Models, "m", "dev", Cancel);

        Assert.Equal(source.ManifestDigest, copy.ManifestDigest);
        Assert.Equal("dev/m@v1", copy.CopiedFrom);
        var again = await host.Source.CopyVersionAsync(source.Id, other.Models, "m", "dev", Cancel);
        Assert.Equal(copy.Id, again.Id);
    }

    [Fact]
    public async Task Lineage_goes_from_data_to_consumers_and_back()
    {
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync("e", cancellationToken: Cancel);
        await run.LogInputAsync(new("landings", "2001-q1"), Cancel);
        var version = await host.Models.RegisterVersionAsync("m", Of("1"), new() { RunId = run.Id }, Cancel);
        await host.Models.PromoteAsync(version.Id, cancellationToken: Cancel);
        var model = new AssetRef(AssetKind.Model, "m");
        await host.Get<IConsumers>().DeclareAsync(model, "report", consumer: new(ActorKind.Person, "ann"), cancellationToken: Cancel);

        var lineage = host.Get<ILineage>();
        var data = (await lineage.UpstreamAsync(version.Id.ToAsset(), cancellationToken: Cancel))
            .Single(e => e.From.Kind == AssetKind.Dataset)
            .From;
        var down = await lineage.DownstreamAsync(data, cancellationToken: Cancel);

        Assert.Equal(
            [("run", "trainedOn"), ("model", "produced"), ("alias", "deployedAs"), ("model", "versionOf"), ("consumer", "usedBy")],
            down.Select(e => (e.To.ToString().Split(':')[0], e.Relation))
        );
        var up = await lineage.UpstreamAsync(new(AssetKind.Consumer, "person:ann"), cancellationToken: Cancel);
        Assert.Contains(data, up.Select(e => e.From));
    }
}
