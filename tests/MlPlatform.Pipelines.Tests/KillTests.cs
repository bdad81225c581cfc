using System.Diagnostics;
using System.Globalization;

namespace MlPlatform.Pipelines.Tests;

/// <summary>Processes killed while they work: whatever the moment, each effect happens exactly once and the run ends.</summary>
public sealed class KillTests : IAsyncDisposable
{
    /// <summary>How many processes the random test kills; more than its default of 12 for a long trial.</summary>
    private const string KillsVariable = "MLPLATFORM_TEST_PIPELINE_KILLS";

    private readonly string folder = Directory.CreateTempSubdirectory("mlp-pipelines-kill-").FullName;
    private readonly List<Process> children = [];

    [Theory]
    [InlineData("pipelines.claimed#1")]
    [InlineData("pipelines.claimed#5")]
    [InlineData("pipelines.ran#7")]
    [InlineData("pipelines.commit#3")]
    [InlineData("pipelines.commit#11")]
    [InlineData("metadata.commit#6")]
    [InlineData("metadata.committed#9")]
    [InlineData("pipelines.committed#4")]
    public async Task Process_killed_at_a_point_leaves_a_run_that_the_next_one_ends(string point)
    {
        var run = await PrepareAsync(1);

        Assert.Equal(137, await EndAsync(StartChild(point)));
        Assert.Equal(0, await EndAsync(StartChild()));

        await CheckAsync(run);
    }

    [Fact]
    public async Task Processes_killed_at_random_lose_and_repeat_no_effect()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable(KillsVariable) ?? "12", CultureInfo.InvariantCulture);
        var runs = await PrepareAsync(kills + 3);
        var random = new Random(20250301);
        for (var kill = 0; kill < kills; kill++)
        {
            var child = StartChild($"{(random.Next(2) == 0 ? "metadata.commit" : "metadata.committed")}#{random.Next(8, 40)}");
            Assert.Equal(137, await EndAsync(child));
        }

        Assert.Equal(0, await EndAsync(StartChild()));
        await CheckAsync(runs);
    }

    [Fact]
    public async Task Two_processes_share_a_journal_and_the_survivor_ends_what_the_killed_one_left()
    {
        var runs = await PrepareAsync(15);
        var survivor = StartChild();
        var killed = StartChild("metadata.committed#25");

        await EndAsync(killed);
        Assert.Equal(0, await EndAsync(survivor));

        await CheckAsync(runs);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in children)
        {
            if (!child.HasExited)
            {
                child.Kill();
                await child.WaitForExitAsync(CancellationToken.None);
            }

            child.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<List<PipelineRunId>> PrepareAsync(int count)
    {
        await using var services = KillChild.Create(folder);
        await EffectTable.CreateAsync(services.GetRequiredService<IMetadataDatabase>());
        var runner = services.GetRequiredService<IPipelineRunner>();
        var runs = new List<PipelineRunId>();
        for (var i = 0; i < count; i++)
        {
            runs.Add(await runner.RunAsync<KillPipeline, TestParams>(new(), cancellationToken: PipelineHost.Cancel));
        }

        return runs;
    }

    private async Task CheckAsync(List<PipelineRunId> runs)
    {
        await using var services = KillChild.Create(folder);
        var runner = services.GetRequiredService<IPipelineRunner>();
        foreach (var run in runs)
        {
            Assert.Equal(PipelineRunState.Succeeded, (await runner.GetRunAsync(run, PipelineHost.Cancel))!.State);
            Assert.Equal(66 + KillPipeline.Chain, await runner.GetOutputAsync<int>(run, "join", PipelineHost.Cancel));
        }

        var effects = await EffectTable.ReadAsync(services.GetRequiredService<IMetadataDatabase>());
        Assert.Equal(runs.SelectMany(KillPipeline.ExpectedEffects).Order(StringComparer.Ordinal), effects.Order(StringComparer.Ordinal));
    }

    private Process StartChild(string? point = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            Environment = { [KillChild.Variable] = folder },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        }

        if (point is not null)
        {
            start.Environment[KillChild.PointVariable] = point;
        }

        var child = Process.Start(start)!;
        children.Add(child);
        return child;
    }

    private static async Task<int> EndAsync(Process child)
    {
        var output = await child.StandardOutput.ReadToEndAsync(PipelineHost.Cancel);
        await child.WaitForExitAsync(PipelineHost.Cancel);
        Assert.True(child.ExitCode != 0 || output.Contains(KillChild.Ended, StringComparison.Ordinal), output);
        return child.ExitCode;
    }
}
