using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>Whether a session of several threads is worth them, which is measured as a model is loaded.</summary>
public sealed class ThreadChoiceTests : IDisposable
{
    private const double LeastGain = 0.8;
    private readonly ExecutorBench one = new(once: 0, each: 1000, mostRows: 1);
    private readonly ExecutorBench several;
    private readonly WarmRows rows = ExecutorBench.MadeUpRows();

    public ThreadChoiceTests() => several = new(once: 0, each: 1000, mostRows: 1, clock: one.Clock);

    [Theory]
    [InlineData(500, true)]
    [InlineData(800, true)]
    [InlineData(900, false)]
    [InlineData(1100, false)]
    public void Several_threads_are_taken_for_a_fifth_of_the_time(double microseconds, bool isFaster)
    {
        several.Model.Cost = _ => microseconds;

        Assert.Equal(isFaster, IsFaster());
    }

    [Fact]
    public void Threads_that_are_spread_only_under_load_are_waited_for()
    {
        several.Model.Cost = _ => several.Model.Runs.Count > 120 ? 500 : 1010; // As two threads packed on one processor.

        Assert.True(IsFaster());
        Assert.InRange(several.Model.Runs.Count, 121, 136);
    }

    [Fact]
    public void And_not_for_long()
    {
        several.Model.Cost = _ => several.Model.Runs.Count > 300 ? 500 : 1010;

        Assert.False(IsFaster());
        Assert.InRange(several.Model.Runs.Count, 240, 264);
    }

    [Fact]
    public void One_fast_run_among_slow_ones_is_no_proof()
    {
        several.Model.Cost = _ => several.Model.Runs.Count % 8 == 0 ? 400 : 1000;

        Assert.False(IsFaster());
    }

    [Fact]
    public void What_disturbs_one_thread_does_not_flatter_several()
    {
        one.Model.Cost = _ => one.Model.Runs.Count % 8 == 0 ? 1000 : 3000;
        several.Model.Cost = _ => 900;

        Assert.False(IsFaster());
    }

    [Fact]
    public void A_model_of_seconds_is_run_once_each()
    {
        using var slow = new ExecutorBench(once: 0, each: 2_000_000, mostRows: 1, clock: one.Clock);
        using var faster = new ExecutorBench(once: 0, each: 1_000_000, mostRows: 1, clock: one.Clock);

        Assert.True(Calibration.IsFaster(faster.Version, slow.Version, LeastGain, rows, one.Clock));
        Assert.Single(slow.Model.Runs);
        Assert.Single(faster.Model.Runs);
    }

    public void Dispose()
    {
        rows.Dispose();
        several.Dispose();
        one.Dispose();
    }

    private bool IsFaster() => Calibration.IsFaster(several.Version, one.Version, LeastGain, rows, one.Clock);
}
