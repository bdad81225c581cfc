using System.Globalization;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>
/// kill -9 at random moments and inside named points, again and again on the same data: no acknowledged write is lost, nothing is half there.
/// <c>MLPLATFORM_TEST_REGISTRY_KILLS</c> says how often for each kind of write; default 10.
/// </summary>
public sealed class KillTests
{
    private static readonly string[] DatabasePoints = ["metadata.commit", "metadata.committed"];
    private static readonly string[] ArtifactPoints = ["artifact.written", "artifact.renamed"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int Kills { get; } =
        int.Parse(Environment.GetEnvironmentVariable("MLPLATFORM_TEST_REGISTRY_KILLS") ?? "10", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Killed_while_versions_are_registered()
    {
        var acknowledged = new Dictionary<int, string>();
        var read = 0;
        await RunAsync(
            "version",
            [.. DatabasePoints, .. ArtifactPoints, "registry.packageStored"],
            async (host, said) =>
            {
                foreach (var line in said)
                {
                    acknowledged.Add(int.Parse(line[0], CultureInfo.InvariantCulture), line[1]);
                }

                var count = 0;
                for (int? before = null; ; )
                {
                    var page = await host.Models.ListVersionsAsync(KilledWriter.Model, before, 1000, Cancel);
                    count += page.Count;
                    if (page.Count == 0)
                    {
                        break;
                    }

                    before = page[^1].Id.Version;
                }

                await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
                Assert.All(acknowledged.Keys, v => Assert.InRange(v, 1, count));
                for (var version = read + 1; version <= count; version++)
                {
                    var opened = await host.Source.OpenAsync(ModelReference.ByVersion(KilledWriter.Model, version), Cancel);
                    var content = Encoding.UTF8.GetString(await opened.Package.ReadAsync("model.bin", Cancel));
                    Assert.Equal(acknowledged.GetValueOrDefault(version, content), content);
                }

                read = count; // Contiguous from 1, or one of them could not have been opened.
                Assert.Equal(count, await CountAsync(host, EventTypes.ModelVersionCreated));
                return $"{count} versions";
            }
        );
    }

    [Fact]
    public async Task Killed_while_batches_of_metrics_are_logged()
    {
        await RunAsync(
            "batch",
            DatabasePoints,
            async (host, said) =>
            {
                var tracker = host.Get<IExperimentTracker>();
                var total = 0;
                foreach (var run in said.Where(s => s[0] == "run").Select(s => RunId.Parse(s[1])))
                {
                    var last = said.Where(s => s[0] == run.ToString())
                        .Select(s => int.Parse(s[1], CultureInfo.InvariantCulture))
                        .DefaultIfEmpty(-1)
                        .Max();
                    var info = (await tracker.GetRunAsync(run, Cancel))!;
                    for (var batch = 0; batch <= last || info.Metrics.ContainsKey($"m{batch}"); batch++, total++)
                    {
                        var history = await tracker.GetMetricHistoryAsync(run, $"m{batch}", cancellationToken: Cancel);
                        Assert.Equal(KilledWriter.BatchSize, history.Count);
                        Assert.Equal(KilledWriter.BatchSize - 1, info.Metrics[$"m{batch}"].Value);
                    }
                }

                return $"{total} batches";
            }
        );
    }

    [Fact]
    public async Task Killed_while_files_are_uploaded()
    {
        await RunAsync(
            "upload",
            [.. DatabasePoints, .. ArtifactPoints],
            async (host, said) =>
            {
                await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
                var trees = host.Get<IArtifactTrees>();
                var total = 0;
                foreach (var run in said.Where(s => s[0] == "run").Select(s => RunId.Parse(s[1])))
                {
                    var last = said.Where(s => s[0] == run.ToString())
                        .GroupBy(s => s[1])
                        .ToDictionary(g => g.Key, g => g.Max(s => int.Parse(s[2], CultureInfo.InvariantCulture)));
                    var files = await trees.ListFilesAsync(ArtifactTreeId.OfRun(run), null, cancellationToken: Cancel);
                    Assert.Empty(last.Keys.Except(files.Select(f => f.Path)));
                    foreach (var file in files)
                    {
                        var opened = await trees.OpenAsync(ArtifactTreeId.OfRun(run), ArtifactPath.Parse(file.Path), Cancel);
                        using var bytes = new MemoryStream();
                        await using (opened.Content)
                        {
                            await opened.Content.CopyToAsync(bytes, Cancel);
                        }

                        // What was acknowledged last, or what was on its way then: whole, and never an older one.
                        var name = Encoding.UTF8.GetString(bytes.ToArray()).Split('\n')[0];
                        Assert.True(int.Parse(name, CultureInfo.InvariantCulture) >= last.GetValueOrDefault(file.Path, -1));
                        Assert.Equal(KilledWriter.Content(name), bytes.ToArray());
                        total++;
                    }
                }

                return $"{total} files";
            }
        );
    }

    [Fact]
    public async Task Killed_while_an_alias_moves()
    {
        await RunAsync(
            "alias",
            DatabasePoints,
            async (host, said) =>
            {
                var history = await host.Models.GetAliasHistoryAsync(KilledWriter.Model, "champion", Cancel);
                var alias = await host.Models.GetAliasAsync(KilledWriter.Model, "champion", Cancel);
                Assert.All(said, s => Assert.InRange(long.Parse(s[0], CultureInfo.InvariantCulture), 1, history.Count));
                Assert.Equal(history.Count, alias?.ETag.RowVersion ?? 0);
                Assert.Equal(history is [.., var now] ? now.Version : null, alias?.Version);
                for (var i = 1; i < history.Count; i++)
                {
                    Assert.Equal(history[i - 1].To, history[i].From);
                    Assert.Equal(history[i - 1].Version, history[i].Previous);
                }

                Assert.All(history.SkipLast(1), h => Assert.NotNull(h.To));
                Assert.Equal(history.Count, await CountAsync(host, EventTypes.AliasMoved));
                return $"{history.Count} moves";
            },
            async host =>
            {
                for (var i = 0; i < 3; i++)
                {
                    await host.Models.RegisterVersionAsync(KilledWriter.Model, Packages.Of($"{i}"), cancellationToken: Cancel);
                }
            }
        );
    }

    private static async Task RunAsync(
        string kind,
        string[] points,
        Func<RegistryHost, IReadOnlyList<string[]>, Task<string>> checkAsync,
        Func<RegistryHost, Task>? prepareAsync = null
    )
    {
        await using var first = new RegistryHost(o => o.CaptureProvenance = false);
        await first.Database.MigrateAsync(Cancel);
        if (prepareAsync is not null)
        {
            await prepareAsync(first);
        }

        var seed = Environment.ProcessId;
        var random = new Random(seed);
        var result = string.Empty;
        for (var round = 0; round < Kills; round++)
        {
            var point = round % 2 == 0 ? string.Empty : points[random.Next(points.Length)];
            var order = new KillOrder(first.ArtifactDirectory, kind, round, point, 1 + random.Next(30));
            try
            {
                var said = await KilledProcess.RunAsync(order, 1 + random.Next(60));
                await using var after = new RegistryHost(o => o.CaptureProvenance = false, first);
                result = await checkAsync(after, said);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new Xunit.Sdk.XunitException($"Seed {seed}, round {round}, order {order}: {e}", e);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills survived with {result}.");
    }

    private static async Task<int> CountAsync(RegistryHost host, string type)
    {
        var (count, after) = (0, default(EventPosition));
        while (true)
        {
            var page = await host.Get<IServiceProvider>()
                .ReadSettledAsync(
                    new()
                    {
                        Types = [type],
                        After = after,
                        Limit = 10_000,
                    },
                    Cancel
                );
            if (page.Count == 0)
            {
                return count;
            }

            count += page.Count;
            after = page[^1].Position;
        }
    }
}
