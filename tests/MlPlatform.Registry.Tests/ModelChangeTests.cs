using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class ModelChangeTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Model_and_version_keep_descriptions_and_tags()
    {
        await host.Models.CreateModelAsync(
            "m",
            new()
            {
                Description = "late flights",
                Tags = new Dictionary<string, string> { ["team"] = "ops" },
            },
            Cancel
        );
        await Assert.ThrowsAsync<AssetExistsException>(() => host.Models.CreateModelAsync("m", cancellationToken: Cancel));
        var version = await host.Models.RegisterVersionAsync(
            "m",
            Of("1"),
            new() { Tags = new Dictionary<string, string> { ["a"] = "1" } },
            Cancel
        );
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.Models.UpdateModelAsync("m", "very late flights", Cancel);
        await host.Models.SetModelTagAsync("m", "tier", "1", Cancel);
        await host.Models.DeleteModelTagAsync("m", "team", Cancel);
        await host.Models.UpdateVersionAsync(version.Id, "the first", Cancel);
        await host.Models.SetVersionTagAsync(version.Id, "b", "2", Cancel);
        await host.Models.DeleteVersionTagAsync(version.Id, "a", Cancel);

        var model = (await host.Models.GetModelAsync("m", Cancel))!;
        Assert.Equal(("very late flights", "tier", 1), (model.Description, Assert.Single(model.Tags).Key, model.LatestVersion));
        Assert.Equal(TimeSpan.FromHours(1), model.UpdatedAt - model.CreatedAt);
        var read = (await host.Models.GetVersionAsync(version.Id, Cancel))!;
        Assert.Equal(("the first", "b", version.ManifestDigest), (read.Description, Assert.Single(read.Tags).Key, read.ManifestDigest));
        Assert.Equal(TimeSpan.FromHours(1), read.UpdatedAt - read.CreatedAt);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.DeleteVersionTagAsync(version.Id, "a", Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.SetModelTagAsync("n", "a", "1", Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.UpdateVersionAsync(new("m", 2), "x", Cancel));
    }

    [Fact]
    public async Task Deleted_version_takes_its_aliases_and_bytes_along_and_its_number_is_never_used_again()
    {
        var one = await host.Models.RegisterVersionAsync("m", Of("1"), null, Cancel);
        var two = await host.Models.RegisterVersionAsync("m", Of("2"), null, Cancel);
        await host.Models.SetAliasAsync("m", "champion", 2, null, Because, Cancel);
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.Models.DeleteVersionAsync(two.Id, Cancel);

        Assert.Equal(TimeSpan.FromHours(1), (await host.Models.GetModelAsync("m", Cancel))!.UpdatedAt - two.CreatedAt);
        Assert.Null(await host.Models.GetVersionAsync(two.Id, Cancel));
        Assert.Null(await host.Models.GetAliasAsync("m", "champion", Cancel));
        Assert.Equal(one.Id, Assert.Single(await host.Models.ListVersionsAsync("m", cancellationToken: Cancel)).Id);
        Assert.Equal(1, (await host.Models.GetModelAsync("m", Cancel))!.LatestVersion);
        Assert.Equal(3, (await host.Models.RegisterVersionAsync("m", Of("3"), null, Cancel)).Id.Version);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.SetAliasAsync("m", "x", 2, null, Because, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.DeleteVersionAsync(two.Id, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Source.OpenAsync(ModelReference.Parse("m@v2"), Cancel));
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.Null(await host.Get<IArtifactStore>().FindAsync(two.ManifestDigest!.Value, Cancel));
        Assert.NotNull(await host.Get<IArtifactStore>().FindAsync(one.ManifestDigest!.Value, Cancel));
        Assert.Equal([2, null], (await host.Models.GetAliasHistoryAsync("m", "champion", Cancel)).Select(h => h.Version));
    }

    [Fact]
    public async Task Deleted_model_begins_anew_under_its_name_with_numbers_that_go_on()
    {
        await host.Models.CreateModelAsync(
            "m",
            new()
            {
                Description = "old",
                Tags = new Dictionary<string, string> { ["a"] = "1" },
            },
            Cancel
        );
        await host.Models.RegisterVersionAsync("m", Of("1"), null, Cancel);
        await host.Models.SetAliasAsync("m", "champion", 1, null, Because, Cancel);
        await host.Models.DeleteModelAsync("m", Cancel);
        Assert.Null(await host.Models.GetModelAsync("m", Cancel));
        Assert.Empty(await host.Models.ListModelsAsync(cancellationToken: Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Models.DeleteModelAsync("m", Cancel));

        var again = await host.Models.CreateModelAsync("m", cancellationToken: Cancel);
        Assert.Equal((null, 0, 0), (again.Description, again.Tags.Count, again.LatestVersion));
        Assert.Equal(2, (await host.Models.RegisterVersionAsync("m", Of("2"), null, Cancel)).Id.Version);
        Assert.Equal(2, (await host.EventsAsync(EventTypes.ModelCreated)).Count);
        Assert.Single(await host.EventsAsync(EventTypes.ModelVersionDeleted));
    }

    [Fact]
    public async Task Renamed_model_takes_versions_aliases_history_and_bytes_along()
    {
        var before = host.Time.GetUtcNow();
        var version = await host.Models.RegisterVersionAsync(
            "old",
            Of("1"),
            new() { Tags = new Dictionary<string, string> { ["a"] = "1" } },
            Cancel
        );
        await host.Models.SetAliasAsync("old", "champion", 1, null, Because, Cancel);
        await host.Models.CreateModelAsync("taken", cancellationToken: Cancel);
        await Assert.ThrowsAsync<AssetExistsException>(() => host.Models.RenameModelAsync("old", "taken", Cancel));
        await host.Models.RenameModelAsync("old", "new", Cancel);

        Assert.Null(await host.Models.GetModelAsync("old", Cancel));
        Assert.Equal("1", (await host.Models.GetVersionAsync(new("new", 1), Cancel))!.Tags["a"]);
        Assert.Equal(new("new", 1), await host.Models.GetLiveAtAsync("new", "champion", before, Cancel));
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.Equal(version.ManifestDigest, (await host.Source.OpenAsync(ModelReference.Parse("new@champion"), Cancel)).Package.Digest);
        await host.Models.DeleteVersionAsync(new("new", 1), Cancel);
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.Null(await host.Get<IArtifactStore>().FindAsync(version.ManifestDigest!.Value, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Models.RenameModelAsync("new", "a/b", Cancel));
    }

    [Theory]
    [InlineData("run-7")]
    [InlineData("0190000000007000800000000000000A")]
    public async Task Version_keeps_the_run_of_another_server_as_it_was_said(string run)
    {
        await host.Models.RegisterVersionAsync("m", new ExternalModel("s3://bucket/model") { ForeignRunId = run }, null, Cancel);
        var read = (await host.Models.GetVersionAsync(new("m", 1), Cancel))!;
        Assert.Equal((null, run), (read.RunId, read.ForeignRunId));
        var found = await host.Models.SearchVersionsAsync(new() { Filter = $"run_id = '{run}'" }, Cancel);
        Assert.Equal(read.Id, Assert.Single(found.Items).Id);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            host.Models.RegisterVersionAsync("m", new ExternalModel("x") { ForeignRunId = new('x', 501) }, null, Cancel)
        );
    }

    [Fact]
    public async Task Version_of_another_system_has_a_source_and_says_that_it_cannot_be_served()
    {
        var version = await host.Models.RegisterVersionAsync(
            "m",
            new ExternalModel("s3://bucket/model") { RunLink = "https://elsewhere/1" },
            null,
            Cancel
        );
        Assert.Equal((1, "s3://bucket/model", "https://elsewhere/1"), (version.Id.Version, version.Source, version.RunLink));
        Assert.Null(version.ManifestDigest);
        var error = await Assert.ThrowsAsync<InvalidModelPackageException>(() =>
            host.Source.OpenAsync(ModelReference.Parse("m@v1"), Cancel)
        );
        Assert.Contains("s3://bucket/model", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AssetNotFoundException>(() =>
            host.Models.RegisterVersionAsync("m", new ExternalModel("x") { LoggedModelId = "m-0" }, null, Cancel)
        );
        Assert.Equal(2, (await host.Models.RegisterVersionAsync("m", Of("2"), null, Cancel)).Id.Version);
    }
}
