using System.Text;
using CsCheck;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

public sealed class ArtifactTreeTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IArtifactTrees Trees => host.Get<IArtifactTrees>();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Folders_show_what_lies_directly_in_them_and_page_by_name()
    {
        var tree = await NewRunAsync();
        string[] paths = ["a.b", "a/b", "a/c/d", "b", "model/MLmodel", "model/data/x", "a-", "z"];
        foreach (var path in paths)
        {
            await PutAsync(tree, path, path);
        }

        Assert.Equal(["a/", "a-", "a.b", "b", "model/", "z"], await NamesAsync(tree, null));
        Assert.Equal(["b", "c/"], await NamesAsync(tree, "a"));
        Assert.Equal(["d"], await NamesAsync(tree, "a/c"));
        Assert.Empty(await NamesAsync(tree, "b")); // A file is no folder.
        Assert.Empty(await NamesAsync(tree, "mod"));
        var entries = await Trees.ListFolderAsync(tree, null, after: "a-", limit: 2, Cancel);
        Assert.Equal(["a.b", "b"], entries.Select(e => e.Name));
        Assert.Equal(3, entries[0].File!.Size);
        Assert.Equal(["a/b", "a/c/d"], (await Trees.ListFilesAsync(tree, ArtifactPath.Parse("a"), null, 1000, Cancel)).Select(f => f.Path));
        Assert.Equal(["a/b"], (await Trees.ListFilesAsync(tree, null, "a.b", 1, Cancel)).Select(f => f.Path));
    }

    [Fact]
    public async Task Trees_of_runs_and_logged_models_do_not_mix()
    {
        var run = await NewRunAsync();
        var model = await NewLoggedModelAsync();
        await PutAsync(run, "f", "run");
        await PutAsync(model, "f", "model");

        Assert.Equal("run", await ReadAsync(run, "f"));
        Assert.Equal("model", await ReadAsync(model, "f"));
        Assert.Equal(1, await Trees.DeleteAsync(model, ArtifactPath.Parse("f"), Cancel));
        Assert.Equal("run", await ReadAsync(run, "f"));
        var missing = await Assert.ThrowsAsync<AssetNotFoundException>(() => Trees.OpenAsync(model, ArtifactPath.Parse("f"), Cancel));
        Assert.Equal(model.Asset, missing.Asset);
        Assert.Equal((await Trees.FindTreeAsync(run, Cancel))!.ExperimentId, (await Trees.FindTreeAsync(model, Cancel))!.ExperimentId);
    }

    [Fact]
    public async Task Deleting_a_folder_takes_what_is_below_and_nothing_beside_and_lets_go_of_the_bytes()
    {
        var tree = await NewRunAsync();
        foreach (var path in new[] { "a/b", "a/c/d", "a.b", "a0", "ab" })
        {
            await PutAsync(tree, path, path);
        }

        var digest = ArtifactDigest.Of("a/c/d"u8);
        Assert.Equal(2, await Trees.DeleteAsync(tree, ArtifactPath.Parse("a"), Cancel));
        Assert.Equal(0, await Trees.DeleteAsync(tree, ArtifactPath.Parse("a"), Cancel));

        Assert.Equal(["a.b", "a0", "ab"], await NamesAsync(tree, null));
        host.Work.Advance(TimeSpan.FromDays(2));
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.Null(await host.Get<IArtifactStore>().FindAsync(digest, Cancel));
        Assert.Equal("ab", await ReadAsync(tree, "ab"));
    }

    [Fact]
    public async Task A_path_is_a_file_or_a_folder_never_both()
    {
        var tree = await NewRunAsync();
        await PutAsync(tree, "a/b", "1");

        var above = await Assert.ThrowsAsync<ArtifactPathConflictException>(() => PutAsync(tree, "a", "2"));
        var below = await Assert.ThrowsAsync<ArtifactPathConflictException>(() => PutAsync(tree, "a/b/c/d", "2"));
        Assert.Equal(("a", "a/b"), (above.Path.ToString(), above.Existing));
        Assert.Equal(("a/b/c/d", "a/b"), (below.Path.ToString(), below.Existing));
        Assert.Equal(["a/b"], (await Trees.ListFilesAsync(tree, cancellationToken: Cancel)).Select(f => f.Path));
    }

    [Fact]
    public async Task A_content_that_breaks_leaves_the_tree_and_the_store_as_they_were()
    {
        var tree = await NewRunAsync();
        await PutAsync(tree, "f", "before");
        var count = await host.Get<IArtifactStore>().ListAsync(Cancel).CountAsync(Cancel);

        await Assert.ThrowsAsync<IOException>(() => Trees.PutAsync(tree, ArtifactPath.Parse("f"), new BrokenStream(100_000), Cancel));

        Assert.Equal("before", await ReadAsync(tree, "f"));
        Assert.Equal(count, await host.Get<IArtifactStore>().ListAsync(Cancel).CountAsync(Cancel));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(host.ArtifactDirectory, "artifacts", "tmp")));
    }

    [Fact]
    public async Task A_mistake_does_not_cost_an_upload()
    {
        var tree = await NewRunAsync();
        await PutAsync(tree, "a", "1");
        var never = new BrokenStream(0);

        await Assert.ThrowsAsync<ArtifactPathConflictException>(() => Trees.PutAsync(tree, ArtifactPath.Parse("a/b"), never, Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Trees.PutAsync(Unknown(), ArtifactPath.Parse("a"), never, Cancel));
        Assert.Null(await Trees.FindTreeAsync(Unknown(), Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Trees.DeleteAsync(Unknown(), ArtifactPath.Parse("a"), Cancel));
    }

    [Theory]
    [InlineData("UPDATE reg_run SET deleted_at = 1")]
    [InlineData("UPDATE reg_experiment SET deleted_at = 1")]
    public async Task What_is_deleted_is_read_and_not_written(string delete)
    {
        var tree = await NewRunAsync();
        await PutAsync(tree, "f", "kept");
        await host.Database.WriteAsync(Durability.Process, work => work.Connection.ExecuteAsync(delete, null, work.Transaction), Cancel);

        Assert.True((await Trees.FindTreeAsync(tree, Cancel))!.IsDeleted);
        Assert.Equal("kept", await ReadAsync(tree, "f"));
        await Assert.ThrowsAsync<AssetDeletedException>(() => PutAsync(tree, "f", "new"));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Trees.DeleteAsync(tree, ArtifactPath.Parse("f"), Cancel));
    }

    [Fact]
    public async Task A_reader_goes_on_undisturbed_when_its_path_is_replaced()
    {
        var tree = await NewRunAsync();
        var old = await PutAsync(tree, "f", "old");
        await using var opened = await Trees.OpenAsync(tree, ArtifactPath.Parse("f"), Cancel);
        await PutAsync(tree, "f", "new");

        Assert.Equal(old, opened.File);
        Assert.Equal("old", await new StreamReader(opened.Content).ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("m-0123456789abcdef0123456789abcdeF")]
    [InlineData("m-0123456789abcdef0123456789abcde")]
    [InlineData("x-0123456789abcdef0123456789abcdef")]
    [InlineData("m-../456789abcdef0123456789abcdef0")]
    public void Another_id_than_of_a_logged_model_is_refused(string id) =>
        Assert.Throws<ArgumentException>(() => ArtifactTreeId.OfLoggedModel(id));

    /// <summary>Against a dictionary: the same files, the same folders, whatever the order of writes and deletions.</summary>
    [Fact]
    public async Task Random_operations_agree_with_a_model()
    {
        string[] paths = ["a", "a/b", "a/b/c", "a.b", "a0", "a/d", "b", "b/c", "é/1", "é/2"];
        var step = Gen.Select(Gen.Bool, Gen.Int[0, paths.Length - 1].Select(i => paths[i]), Gen.Int[0, 3]);
        await step.Array[1, 25]
            .SampleAsync(
                async steps =>
                {
                    var tree = await NewRunAsync();
                    var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
                    foreach (var (put, p, value) in steps)
                    {
                        if (!put)
                        {
                            var gone = model.Keys.Where(k => k == p || k.StartsWith(p + "/", StringComparison.Ordinal)).ToList();
                            Assert.Equal(gone.Count, await Trees.DeleteAsync(tree, ArtifactPath.Parse(p), Cancel));
                            gone.ForEach(k => model.Remove(k));
                        }
                        else if (
                            model.Keys.Any(k =>
                                k.StartsWith(p + "/", StringComparison.Ordinal) || p.StartsWith(k + "/", StringComparison.Ordinal)
                            )
                        )
                        {
                            await Assert.ThrowsAsync<ArtifactPathConflictException>(() => PutAsync(tree, p, $"{value}"));
                        }
                        else
                        {
                            await PutAsync(tree, p, $"{value}");
                            model[p] = $"{value}";
                        }
                    }

                    var files = await Trees.ListFilesAsync(tree, cancellationToken: Cancel);
                    Assert.Equal(
                        model.Select(m => (m.Key, ArtifactDigest.Of(Encoding.UTF8.GetBytes(m.Value)))),
                        files.Select(f => (f.Path, f.Digest!.Value))
                    );
                    var top = model.Keys.Select(k =>
                        k.Contains('/', StringComparison.Ordinal) ? k[..(k.IndexOf('/', StringComparison.Ordinal) + 1)] : k
                    );
                    Assert.Equal(
                        top.Distinct().Order(StringComparer.Ordinal),
                        (await NamesAsync(tree, null)).Order(StringComparer.Ordinal)
                    );
                    return true;
                },
                iter: 60,
                threads: 1
            );
    }

    private static ArtifactTreeId Unknown() => ArtifactTreeId.OfRun(RunId.Parse(new('7', 32)));

    private async Task<ArtifactTreeId> NewRunAsync()
    {
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync("flights", null, Cancel);
        return ArtifactTreeId.OfRun(run.Id);
    }

    private async Task<ArtifactTreeId> NewLoggedModelAsync()
    {
        var experiment = await host.Get<IExperimentTracker>().GetOrCreateExperimentAsync("flights", Cancel);
        var id = "m-" + RunId.New(host.Time);
        const string Insert = """
            INSERT INTO reg_logged_model (id, experiment_id, name, status, created_at, updated_at) VALUES (@id, @Experiment, 'm', 'READY', 0, 0)
            """;
        await host.Database.WriteAsync(
            Durability.Process,
            work => work.Connection.ExecuteAsync(Insert, new { id, Experiment = experiment.Id }, work.Transaction),
            Cancel
        );
        return ArtifactTreeId.OfLoggedModel(id);
    }

    private async Task<ArtifactFile> PutAsync(ArtifactTreeId tree, string path, string content)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        return await Trees.PutAsync(tree, ArtifactPath.Parse(path), stream, Cancel);
    }

    private async Task<string> ReadAsync(ArtifactTreeId tree, string path)
    {
        await using var opened = await Trees.OpenAsync(tree, ArtifactPath.Parse(path), Cancel);
        return await new StreamReader(opened.Content).ReadToEndAsync(Cancel);
    }

    private async Task<IEnumerable<string>> NamesAsync(ArtifactTreeId tree, string? folder)
    {
        var entries = await Trees.ListFolderAsync(tree, folder is null ? null : ArtifactPath.Parse(folder), cancellationToken: Cancel);
        return entries.OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => e.IsFolder ? e.Name + "/" : e.Name);
    }
}
