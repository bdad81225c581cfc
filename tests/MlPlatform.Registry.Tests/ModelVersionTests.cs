using System.Text;
using Dapper;
using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class ModelVersionTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Versions_are_numbered_without_gaps_when_32_writers_race()
    {
        var versions = await Task.WhenAll(
            Enumerable.Range(0, 32).Select(i => Task.Run(() => host.Models.RegisterVersionAsync("m", Of($"{i}"), null, Cancel), Cancel))
        );

        Assert.Equal(Enumerable.Range(1, 32), versions.Select(v => v.Id.Version).Order());
        Assert.Equal(32, versions.Select(v => v.ManifestDigest).Distinct().Count());
        var listed = await host.Models.ListVersionsAsync("m", limit: 1000, cancellationToken: Cancel);
        Assert.Equal(Enumerable.Range(1, 32).Reverse(), listed.Select(v => v.Id.Version));
        Assert.Equal(32, (await host.EventsAsync(EventTypes.ModelVersionCreated)).Count);
        Assert.Single(await host.EventsAsync(EventTypes.ModelCreated));
        var model = Assert.Single(await host.Models.ListModelsAsync(cancellationToken: Cancel));
        Assert.Equal(("m", host.Time.GetUtcNow(), 32), (model.Name, model.CreatedAt, model.LatestVersion));
    }

    [Fact]
    public async Task A_failed_registration_leaves_no_gap_no_event_and_no_model()
    {
        var stored = await host.Models.StorePackageAsync(Of("a"), Cancel);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            host.Database.WriteAsync(
                Durability.Power,
                async work =>
                {
                    var version = await host.Models.RegisterVersionAsync(work, "m", stored);
                    Assert.Equal(1, version.Id.Version);
                    throw new InvalidOperationException("after the registration");
                },
                Cancel
            )
        );

        Assert.Equal("after the registration", error.Message);
        Assert.Empty(await host.Models.ListModelsAsync(cancellationToken: Cancel));
        Assert.Empty(await host.EventsAsync());
        Assert.Equal(1, (await host.Models.RegisterVersionAsync("m", Of("b"), null, Cancel)).Id.Version);
    }

    [Fact]
    public async Task Repeating_an_idempotency_key_gives_the_first_version_and_no_gap()
    {
        var options = new ModelVersionOptions { IdempotencyKey = "run-7/train" };
        var all = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => host.Models.RegisterVersionAsync("m", Of($"{i}"), options, Cancel), Cancel))
        );
        var next = await host.Models.RegisterVersionAsync("m", Of("next"), null, Cancel);
        var other = await host.Models.RegisterVersionAsync("other", Of("next"), options, Cancel);

        Assert.Single(all.Select(v => (v.Id, v.ManifestDigest)).Distinct());
        Assert.Equal(1, all[0].Id.Version);
        Assert.Equal(2, next.Id.Version);
        Assert.Equal(1, other.Id.Version);
        Assert.Equal(3, (await host.EventsAsync(EventTypes.ModelVersionCreated)).Count);
    }

    [Fact]
    public async Task A_version_keeps_what_was_said_about_it_and_its_origin()
    {
        var run = RunId.New(host.Time);
        var set = new AssetRef(AssetKind.Dataset, "train");
        var package = Of("a")
            .With(m =>
                m with
                {
                    Provenance = new() { RunId = run.ToString(), Seed = 3 },
                }
            );
        var made = await host.Models.RegisterVersionAsync(
            "m",
            package,
            new()
            {
                Description = "first",
                Tags = new Dictionary<string, string> { ["team"] = "ops" },
                MadeFrom = [set],
            },
            Cancel
        );

        var read = await host.Models.GetVersionAsync(new("m", 1), Cancel);
        Assert.NotNull(read);
        Assert.Equal(made.ManifestDigest, read.ManifestDigest);
        Assert.Equal(package.Digest, read.ManifestDigest);
        Assert.Equal(run, read.RunId);
        Assert.Equal("first", read.Description);
        Assert.Equal("ops", read.Tags["team"]);
        Assert.Equal(host.Time.GetUtcNow(), read.CreatedAt);
        var sources = await host.Get<ILineage>().UpstreamAsync(read.Id.ToAsset(), cancellationToken: Cancel);
        Assert.Equal([set, new(AssetKind.Run, run.ToString())], sources.Select(e => e.From).OrderBy(a => a.Kind == AssetKind.Run));
        var created = Assert.Single(await host.EventsAsync(EventTypes.ModelVersionCreated));
        Assert.Equal("model:m@v1", created.Subject.ToString());
        Assert.Equal(package.Digest.ToString(), created.Payload.GetProperty("manifest").GetString());
        Assert.Null(await host.Models.GetVersionAsync(new("m", 2), Cancel));
    }

    [Fact]
    public async Task A_composed_version_is_linked_to_those_of_its_members_that_are_here()
    {
        await host.Models.RegisterVersionAsync("part", Of("weights"), null, Cancel);
        var package = Of("graph")
            .With(m => m with { Provenance = new() { Members = ["part@v1", "part@v1", "part@v2", "absent@v1", "a\0b@v1", "x", null!] } });
        var composed = await host.Models.RegisterVersionAsync("whole", package, null, Cancel);
        var edges = await host.Get<ILineage>().UpstreamAsync(composed.Id.ToAsset(), 1, Cancel);
        Assert.Equal([("model:part@v1", "memberOf")], edges.Select(e => (e.From.ToString(), e.Relation)));
        var down = await host.Get<ILineage>().DownstreamAsync(new(AssetKind.Model, "part", 1), 1, Cancel);
        Assert.Contains(down, e => e.To == composed.Id.ToAsset());
    }

    [Fact]
    public async Task A_package_comes_back_byte_for_byte_through_version_and_alias()
    {
        var card = new ModelFileContent("docs/card.md", ModelFileRole.Card, "text/markdown", Encoding.UTF8.GetBytes("# Card"));
        var package = Of("weights", card);
        await host.Models.RegisterVersionAsync("m", package, null, Cancel);
        await host.Models.SetAliasAsync("m", "champion", 1, null, Because, Cancel);

        foreach (var reference in new[] { ModelReference.ByVersion("m", 1), ModelReference.ByAlias("m", "champion") })
        {
            var opened = await host.Source.OpenAsync(reference, Cancel);
            Assert.Equal(new("m", 1), opened.Id);
            Assert.Equal(package.Digest, opened.Package.Digest);
            Assert.Equal("weights", Encoding.UTF8.GetString(await opened.Package.ReadAsync("model.bin", Cancel)));
            Assert.Equal("# Card", Encoding.UTF8.GetString(await opened.Package.ReadAsync("docs/card.md", Cancel)));
        }
    }

    [Fact]
    public async Task Every_file_of_a_version_survives_garbage_collection()
    {
        await host.Models.StorePackageAsync(Of("orphan"), Cancel);
        await host.Models.RegisterVersionAsync("m", Of("kept"), null, Cancel);
        host.Work.Advance(TimeSpan.FromDays(2));

        var swept = await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);

        Assert.Equal(2, swept.Kept);
        Assert.Equal(2, swept.Deleted);
        var opened = await host.Source.OpenAsync(ModelReference.ByVersion("m", 1), Cancel);
        Assert.Equal("kept", Encoding.UTF8.GetString(await opened.Package.ReadAsync("model.bin", Cancel)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_byte_on_disk_is_refused_when_read(bool inManifest)
    {
        var package = Of("weights");
        await host.Models.RegisterVersionAsync("m", package, null, Cancel);
        var digest = inManifest ? package.Digest : package.Manifest.Files[0].GetDigest();
        var path = Assert.Single(
            Directory.GetFiles(host.ArtifactDirectory, "*", SearchOption.AllDirectories),
            p =>
                p.Replace(Path.DirectorySeparatorChar.ToString(), "", StringComparison.Ordinal)
                    .EndsWith(digest.Hex, StringComparison.Ordinal)
        );
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[^1] ^= 1;
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllBytesAsync(path, bytes, Cancel);

        var error = await Assert.ThrowsAsync<ArtifactCorruptException>(async () =>
        {
            var opened = await host.Source.OpenAsync(ModelReference.ByVersion("m", 1), Cancel);
            await opened.Package.ReadAsync("model.bin", Cancel);
        });
        Assert.Equal(digest, error.Expected);
    }

    [Fact]
    public async Task A_package_whose_bytes_do_not_match_its_manifest_registers_nothing()
    {
        var liar = new ModelPackage(Of("weights").Manifest, (_, _) => Task.FromResult("weighty"u8.ToArray()));

        await Assert.ThrowsAsync<ArtifactCorruptException>(() => host.Models.RegisterVersionAsync("m", liar, null, Cancel));

        Assert.Empty(await host.Models.ListModelsAsync(cancellationToken: Cancel));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a/./b")]
    [InlineData("c:evil")]
    public async Task An_unsafe_path_in_a_handmade_manifest_is_refused(string path)
    {
        var bytes = "x"u8.ToArray();
        var manifest = Of("a").Manifest with
        {
            Files = [new(path, ArtifactDigest.Of(bytes).ToString(), 1, "application/octet-stream", ModelFileRole.Model)],
        };

        await Assert.ThrowsAsync<InvalidModelPackageException>(() =>
            host.Models.RegisterVersionAsync("m", new ModelPackage(manifest, (_, _) => Task.FromResult(bytes)), null, Cancel)
        );

        Assert.Empty(await host.Models.ListModelsAsync(cancellationToken: Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a:b")]
    [InlineData("a@b")]
    [InlineData("a\nb")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(" a")]
    public async Task A_name_that_would_not_survive_a_reference_or_a_path_is_refused(string name) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => host.Models.RegisterVersionAsync(name, Of("a"), null, Cancel));

    [Fact]
    public async Task Names_are_compared_by_ordinal_and_listed_in_pages()
    {
        foreach (var name in new[] { "b", "B", "é", "a" })
        {
            await host.Models.RegisterVersionAsync(name, Of(name), null, Cancel);
        }

        var first = await host.Models.ListModelsAsync(limit: 3, cancellationToken: Cancel);
        var second = await host.Models.ListModelsAsync(first[^1].Name, 3, Cancel);
        Assert.Equal(["B", "a", "b", "é"], first.Concat(second).Select(m => m.Name));
    }

    [Fact]
    public async Task What_does_not_exist_is_named_in_the_error()
    {
        var version = await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Source.OpenAsync(ModelReference.Parse("m@v3"), Cancel));
        var alias = await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Source.OpenAsync(ModelReference.Parse("m@live"), Cancel));
        Assert.Equal("model:m@v3", version.Asset.ToString());
        Assert.Equal("alias:m@live", alias.Asset.ToString());
    }

    [Fact]
    public async Task The_schema_holds_only_tables_of_the_registry()
    {
        var sql = TestDatabase.IsPostgreSql
            ? "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'reg%'"
            : "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'reg%'";
        var tables = await host.Database.ReadAsync(async c => (await c.QueryAsync<string>(sql)).ToList(), Cancel);
        Assert.NotEmpty(tables);
        Assert.All(tables, t => Assert.StartsWith("reg_", t, StringComparison.Ordinal));
    }
}
