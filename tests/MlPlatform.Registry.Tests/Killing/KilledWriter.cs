using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>The child process: four writers that say, a line each, what was stored, until the process is killed.</summary>
internal sealed class KilledWriter(ServiceProvider services, KillOrder order, int number)
{
    public const string Model = "killed";
    public const int BatchSize = 100;

    private static readonly Lock Output = new();

    public static async Task WriteForeverAsync(KillOrder order)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<IFaultPoints>(new SuicidalFaults(order.Point, order.Pass));
        collection
            .AddMlPlatformCore(o => o.DataDirectory = order.Folder)
            .UseTestDatabase(order.Folder)
            .AddRegistry(o => o.CaptureProvenance = false);
        await using var services = collection.BuildServiceProvider();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => new KilledWriter(services, order, i).WriteAsync())));
    }

    /// <summary>Contents of a size that follows from their name, so that anybody can tell what they should be.</summary>
    public static byte[] Content(string name)
    {
        var text = Encoding.UTF8.GetBytes(name + "\n");
        var bytes = new byte[text.Length * (1 + (text[0] * 997 % 9000))];
        for (var i = 0; i < bytes.Length; i += text.Length)
        {
            text.CopyTo(bytes, i);
        }

        return bytes;
    }

    private Task WriteAsync() =>
        order.Kind switch
        {
            "version" => CreateVersionsAsync(),
            "batch" => LogBatchesAsync(),
            "upload" => UploadAsync(),
            _ => MoveAliasAsync(),
        };

    private async Task CreateVersionsAsync()
    {
        var registry = services.GetRequiredService<IModelRegistry>();
        for (var i = 0; ; i++)
        {
            var content = $"{order.Round}-{number}-{i}";
            var version = await registry.RegisterVersionAsync(Model, Packages.Of(content));
            Say($"{version.Id.Version} {content}");
        }
    }

    private async Task LogBatchesAsync()
    {
        var tracker = services.GetRequiredService<IExperimentTracker>();
        await using var run = await tracker.StartRunAsync(Model);
        Say($"run {run.Id}");
        for (var batch = 0; ; batch++)
        {
            var points = Enumerable.Range(0, BatchSize).Select(step => new MetricEntry($"m{batch}", step, step, DateTimeOffset.UnixEpoch));
            await tracker.LogBatchAsync(run.Id, new() { Metrics = [.. points] });
            Say($"{run.Id} {batch}");
        }
    }

    private async Task UploadAsync()
    {
        await using var run = await services.GetRequiredService<IExperimentTracker>().StartRunAsync(Model);
        var trees = services.GetRequiredService<IArtifactTrees>();
        Say($"run {run.Id}");
        for (var i = 0; ; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"folder/{i % 5}.bin");
            await using var content = new MemoryStream(Content(i.ToString(CultureInfo.InvariantCulture)));
            await trees.PutAsync(ArtifactTreeId.OfRun(run.Id), ArtifactPath.Parse(path), content);
            Say($"{run.Id} {path} {i}");
        }
    }

    private async Task MoveAliasAsync()
    {
        var registry = services.GetRequiredService<IModelRegistry>();
        var reason = new AliasMoveReason(AliasMoveKind.Human, "Because.");
        for (var i = number; ; i++)
        {
            var now = await registry.GetAliasAsync(Model, "champion");
            try
            {
                var moved = await registry.SetAliasAsync(Model, "champion", 1 + (i % 3), now?.ETag ?? ETag.None, reason);
                Say($"{moved.ETag.RowVersion}");
            }
            catch (ConcurrencyConflictException)
            {
                // Another writer was first.
            }
        }
    }

    private static void Say(string line)
    {
        lock (Output)
        {
            Console.Out.WriteLine(KilledProcess.Prefix + line);
            Console.Out.Flush();
        }
    }
}
