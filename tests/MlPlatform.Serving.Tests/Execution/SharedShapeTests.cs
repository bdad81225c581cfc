using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class SharedShapeTests
{
    private readonly FakeTimeProvider clock = new(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private int values; // Given so far: each row has its own.

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_of_one_shape_share_a_run_past_those_of_others()
    {
        var model = new ShapedModel(clock, once: 500, each: 1);
        var version = Load(model);
        Assert.Equal((ExecutorMode.Batched, 16), (version.Executor.Mode, version.Executor.Unit));
        model.Hold();
        var first = Task.Run(() => AskAsync(version, 1, 4), Token);
        await RunsAsync(model, 1);
        var waiting = new[] { (1, 16), (1, 5), (2, 16), (1, 5), (1, 32), (3, 16) }
            .Select(r => AskAsync(version, r.Item1, r.Item2))
            .ToList();
        Assert.Equal(6, version.Executor.QueuedRequests);
        model.Release();
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal([(1, 4), (6, 16), (2, 5), (1, 32)], model.Runs);
    }

    [Fact]
    public async Task A_long_row_is_as_much_work_as_several_short_ones()
    {
        var model = new ShapedModel(clock, once: 500, each: 1);
        var version = Load(model, mostRows: 8);
        Assert.Equal(8, version.Executor.BatchRows);
        model.Hold();
        var first = Task.Run(() => AskAsync(version, 1, 4), Token);
        await RunsAsync(model, 1);
        var waiting = Enumerable.Range(0, 5).Select(_ => AskAsync(version, 1, 64)).ToList(); // Each of four units.
        model.Release();
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal([(1, 4), (2, 64), (2, 64), (1, 64)], model.Runs);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("")]
    public void Rows_whose_answers_have_a_shape_that_only_the_run_tells_are_run_by_themselves(string symbol) =>
        Assert.Equal(ExecutorMode.Gated, Load(new(clock, once: 500, each: 1, symbol)).Executor.Mode);

    [Fact]
    public async Task What_gives_another_number_of_rows_than_it_was_given_answers_each_by_itself()
    {
        var model = new ShapedModel(clock, once: 500, each: 1);
        var version = Load(model);
        model.ExtraRows = 1;
        model.Hold();
        var first = Task.Run(() => AskAsync(version, 1, 4, 1), Token);
        await RunsAsync(model, 1);
        var waiting = new[] { AskAsync(version, 1, 16, 1), AskAsync(version, 1, 16, 1) };
        model.Release();
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal([(1, 4), (2, 16), (1, 16), (1, 16)], model.Runs);
    }

    private LoadedVersion Load(ShapedModel model, int mostRows = 64)
    {
        var id = new ModelVersionId("m", 1);
        var version = new LoadedVersion(
            id,
            ArtifactDigest.Of([1]),
            ModelRuntime.Custom,
            model,
            new(id, model.Inputs, model.Outputs, null),
            8,
            new(1, TimeSpan.FromSeconds(10), 1 << 20) { IsBusy = () => false },
            clock,
            NullLogger.Instance
        );
        using var rows = ExecutorBench.MadeUpRows();
        Calibration.Run(version, rows, mostRows, clock);
        model.Runs.Clear();
        return version;
    }

    /// <summary>Each row is told by its values, which are looked at in the answer.</summary>
    private async Task AskAsync(LoadedVersion version, int rows, int length, int extraRows = 0)
    {
        var slot = version.Rent(rows, version.Inputs.With(_ => [-1, length], 4096));
        slot.Begin(clock.GetTimestamp(), isTimed: false);
        var from = Interlocked.Add(ref values, rows * length);
        var given = Enumerable.Range(from, rows * length).Select(i => (float)i).ToArray();
        for (var row = 0; row < rows; row++)
        {
            given.AsSpan(row * length, length).CopyTo(slot.Inputs.Span<float>(0, row));
        }

        await version.Executor.RunAsync(slot, new(0, default, default), Token);
        Assert.Equal([rows + extraRows, length], slot.Outputs.ShapeOf(0));
        Assert.Equal(
            given.Select(v => v + 1),
            Enumerable.Range(0, rows).SelectMany(r => slot.Outputs.Span<float>(0, r)[..length].ToArray())
        );
        version.Return(slot);
    }

    private static async Task RunsAsync(ShapedModel model, int count)
    {
        while (model.Runs.Count < count)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
