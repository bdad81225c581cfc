using CsCheck;

namespace MlPlatform.Pipelines.Tests;

public sealed class CacheTests
{
    [Fact]
    public async Task Same_key_is_computed_once_and_explained()
    {
        var bodies = 0;
        await using var host = new PipelineHost(p =>
            p.Step("a", (c, _) => Task.FromResult(c.Params.Value * 100 + Interlocked.Increment(ref bodies))).Cache(CachePolicy.ByKey)
        );

        var first = await host.SettleAsync(new(1));
        var second = await host.SettleAsync(new(1));
        var third = await host.SettleAsync(new(2));

        Assert.Equal(
            (PipelineStepState.Succeeded, PipelineStepState.Cached, PipelineStepState.Succeeded),
            (first.Step("a").State, second.Step("a").State, third.Step("a").State)
        );
        Assert.Equal(101, await host.Runner.GetOutputAsync<int>(second.Id, "a", PipelineHost.Cancel));
        Assert.Contains(first.Id.ToString(), second.Step("a").CacheReason, StringComparison.Ordinal);
        var why = await host.Runner.ExplainAsync(third.Id, "a", PipelineHost.Cancel);
        Assert.Equal(("params.Value", "1", "2"), (why.Field, why.Before, why.Now));
        Assert.StartsWith("miss: params.Value differs", why.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_is_equal_exactly_when_parameters_inputs_and_seed_are()
    {
        var runs = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 1]);
        await Gen.Select(runs, runs)
            .SampleAsync(
                async (a, b) =>
                {
                    await using var host = new PipelineHost(p =>
                    {
                        var input = p.Step("input", (c, _) => Task.FromResult(c.Params.Items![0] % 2)); // Equal content from different parameters.
                        p.Step("a", input, (_, x, _) => Task.FromResult(x)).Cache(CachePolicy.ByKey);
                    });
                    await host.SettleAsync(new(a.Item1, [a.Item2]), new() { Seed = a.Item3 });
                    var second = await host.SettleAsync(new(b.Item1, [b.Item2]), new() { Seed = b.Item3 });
                    Assert.Equal(a == b, second.Step("a").State == PipelineStepState.Cached);
                },
                iter: 30,
                threads: 1
            );
    }

    [Theory]
    [InlineData("UPDATE pl_cache SET output_inline = '999'")]
    [InlineData("DELETE FROM pl_cache")]
    public async Task Damaged_or_missing_bytes_are_computed_again_never_served(string damage)
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(5)).Cache(CachePolicy.ByKey));
        await host.SettleAsync();
        await host.ExecuteAsync(damage);

        var second = await host.SettleAsync();
        var third = await host.SettleAsync();

        Assert.Equal((PipelineStepState.Succeeded, PipelineStepState.Cached), (second.Step("a").State, third.Step("a").State));
        Assert.Equal(5, await host.Runner.GetOutputAsync<int>(third.Id, "a", PipelineHost.Cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_runs_at_once_compute_a_key_once()
    {
        var bodies = 0;
        var go = new TaskCompletionSource();
        await using var host = new PipelineHost(p =>
            p.Step(
                    "a",
                    async (_, _) =>
                    {
                        await go.Task;
                        return Interlocked.Increment(ref bodies);
                    }
                )
                .Cache(CachePolicy.ByKey)
        );
        await host.StartAsync();
        var runs = new[] { await host.RunAsync(), await host.RunAsync() };
        while (await host.CountAsync("SELECT COUNT(*) FROM pl_attempt") + await host.CountAsync("SELECT SUM(fence) FROM pl_step") < 3)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield(); // Until the second has found the key taken and was put off, or was claimed again.
        }

        go.SetResult();
        foreach (var run in runs)
        {
            Assert.Equal(PipelineRunState.Succeeded, (await host.Runner.WaitAsync(run, cancellationToken: PipelineHost.Cancel)).State);
        }

        Assert.Equal(1, bodies);
    }

    [Fact]
    public async Task Cached_step_may_have_no_effects()
    {
        await using var host = new PipelineHost(p =>
            p.Step(
                    "a",
                    (c, _) =>
                    {
                        c.OnCommit(_ => Task.CompletedTask);
                        return Task.FromResult(1);
                    }
                )
                .Cache(CachePolicy.ByKey)
        );

        Assert.Contains("a hit would skip them", (await host.SettleAsync()).Step("a").Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cached_step_serves_other_times_and_may_not_read_its_own()
    {
        await using var host = new PipelineHost(p =>
        {
            p.Step("a", (_, _) => Task.FromResult(1)).Cache(CachePolicy.ByKey);
            p.Step("b", (c, _) => Task.FromResult(c.AsOf)).Cache(CachePolicy.ByKey);
        });
        await host.SettleAsync();
        host.Clock.Advance(TimeSpan.FromDays(1));

        var run = await host.SettleAsync();

        Assert.Equal(PipelineStepState.Cached, run.Step("a").State);
        Assert.Contains("take the time as a parameter", run.Step("b").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Code_counts_with_what_it_calls_and_not_with_where_it_stands()
    {
        Func<int, Task<int>> one = x => Task.FromResult(Called.Twice(x));
        Func<int, Task<int>> same = x => Task.FromResult(Called.Twice(x));
        Func<int, Task<int>> other = x => Task.FromResult(Called.Thrice(x));
        Func<int, Task<int>> async1 = async x => await Task.FromResult(Called.Twice(x));
        Func<int, Task<int>> async2 = async x => await Task.FromResult(Called.Thrice(x));

        Assert.Equal(Internal.CodeFingerprint.Of(one), Internal.CodeFingerprint.Of(same));
        Assert.NotEqual(Internal.CodeFingerprint.Of(one), Internal.CodeFingerprint.Of(other));
        Assert.NotEqual(Internal.CodeFingerprint.Of(async1), Internal.CodeFingerprint.Of(async2));
        Assert.Equal("version:3", Internal.CodeFingerprint.Of(Called.Versioned));
    }

    [Fact]
    public void Captured_values_count_as_code()
    {
        static Func<int, Task<int>> Make(int captured) => x => Task.FromResult(x + captured);

        Assert.Equal(Internal.CodeFingerprint.Of(Make(1)), Internal.CodeFingerprint.Of(Make(1)));
        Assert.NotEqual(Internal.CodeFingerprint.Of(Make(1)), Internal.CodeFingerprint.Of(Make(2)));
    }

    [Fact]
    public void Collections_times_and_fields_of_the_pipeline_that_a_body_uses_count_as_its_code()
    {
        static Func<int, Task<int>> Make(double[] rates, List<string> names, Dictionary<string, int> sizes, (int, DateTimeOffset) at) =>
            x => Task.FromResult(x + rates.Length + names.Count + sizes.Count + at.Item1);
        static string Of(double rate = 1, string name = "a", int size = 1, int ticks = 0) =>
            Internal.CodeFingerprint.Of(
                Make([0, rate], [name], new(StringComparer.Ordinal) { ["k"] = size }, (1, DateTimeOffset.UnixEpoch.AddTicks(ticks)))
            );

        Assert.Equal(Of(), Of());
        Assert.Equal(5, new[] { Of(), Of(rate: 2), Of(name: "b"), Of(size: 2), Of(ticks: 1) }.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(new Configured(3).Hash, new Configured(3).Hash);
        Assert.NotEqual(new Configured(3).Hash, new Configured(4).Hash);
    }

    private sealed class Configured(int factor) : Pipeline<TestParams>
    {
        public string Hash => Internal.CodeFingerprint.Of(TimesAsync);

        public override void Define(PipelineBuilder<TestParams> pipeline) { }

        private Task<int> TimesAsync(int x) => Task.FromResult(x * factor);
    }

    private static class Called
    {
        public static int Twice(int x) => Inner(x, 2);

        public static int Thrice(int x) => Inner(x, 3);

        [CodeVersion("3")]
        public static Task<int> Versioned(int x) => Task.FromResult(x);

        private static int Inner(int x, int times) => x * times;
    }
}
