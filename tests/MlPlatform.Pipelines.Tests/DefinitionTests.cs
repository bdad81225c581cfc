namespace MlPlatform.Pipelines.Tests;

public sealed class DefinitionTests
{
    [Fact]
    public async Task Wrong_definition_reports_every_finding_at_once_and_makes_no_run()
    {
        await using var host = new PipelineHost(p =>
        {
            var a = p.Step("a", (_, _) => Task.FromResult(1));
            var b = p.Step("b", a, (_, x, _) => Task.FromResult(x)).Retry(-1);
            p.Step("b", (_, _) => Task.FromResult(1)).Timeout(TimeSpan.Zero);
            p.Step("a space", (_, _) => Task.FromResult(1)).Parallel(3);
            p.Step("unwritable", (_, _) => Task.FromResult(new Unwritable()));
            p.Approve("sign", b, " ", TimeSpan.Zero);
            p.Gate("g", b, (_, _, _) => throw new InvalidOperationException()).Cache(CachePolicy.ByKey);
        });

        var error = await Assert.ThrowsAsync<PipelineDefinitionException>(() => host.RunAsync());

        Assert.Equal("test", error.Pipeline);
        string[] expected =
        [
            "'b' is used 2 times",
            "-1 retries",
            "time-out of 00:00:00",
            "'a space'",
            "items in parallel",
            "Unwritable cannot be kept",
            "needs a role",
            "must expire",
            "never cached",
        ];
        Assert.All(expected, e => Assert.Contains(error.Findings, f => f.Contains(e, StringComparison.Ordinal)));
        Assert.Empty(await host.Runner.ListRunsAsync(cancellationToken: PipelineHost.Cancel));
    }

    [Fact]
    public async Task Steps_that_wait_for_each_other_are_named()
    {
        await using var host = new PipelineHost(p =>
        {
            var a = p.Step("a", (_, _) => Task.FromResult(1));
            var b = p.Step("b", a, (_, x, _) => Task.FromResult(x));
            a.After(b);
            p.Step("free", (_, _) => Task.FromResult(1));
        });

        var error = await Assert.ThrowsAsync<PipelineDefinitionException>(() => host.RunAsync());

        Assert.Equal("these steps wait for each other: a, b", Assert.Single(error.Findings));
    }

    [Fact]
    public async Task Step_of_another_pipeline_is_refused()
    {
        StepRef<int>? foreign = null;
        await using var first = new PipelineHost(p => foreign = p.Step("a", (_, _) => Task.FromResult(1)));
        await first.RunAsync();
        await using var second = new PipelineHost(p => p.Step("b", foreign!, (_, x, _) => Task.FromResult(x)));

        var error = await Assert.ThrowsAsync<PipelineDefinitionException>(() => second.RunAsync());

        Assert.Contains("a step of another pipeline", Assert.Single(error.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spec_hash_changes_with_the_graph_and_its_policies_only()
    {
        var plain = await HashAsync(p => p.Step("a", (_, _) => Task.FromResult(1)));

        Assert.Equal(plain, await HashAsync(p => p.Step("a", (_, _) => Task.FromResult(2))));
        Assert.NotEqual(plain, await HashAsync(p => p.Step("a", (_, _) => Task.FromResult(1)).Retry(1)));
        Assert.NotEqual(plain, await HashAsync(p => p.Step("b", (_, _) => Task.FromResult(1))));
    }

    [Fact]
    public async Task Unregistered_pipeline_says_how_to_register_it()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));

        var error = await Assert.ThrowsAsync<AssetNotFoundException>(() =>
            host.Runner.RunAsync<NamedPipeline, TestParams>(new(), cancellationToken: PipelineHost.Cancel)
        );

        Assert.Contains("AddPipeline<NamedPipeline>()", error.Message, StringComparison.Ordinal);
        Assert.Equal("named", new NamedPipeline().Name);
    }

    [Fact]
    public void Options_out_of_range_name_their_configuration_path()
    {
        var wrong = new PipelinesOptions
        {
            Slots = 0,
            Lease = TimeSpan.Zero,
            Renew = TimeSpan.FromSeconds(20),
            Poll = TimeSpan.FromHours(1),
            MaxLosses = 0,
        };

        var result = new Internal.PipelinesOptionsValidator().Validate(null, wrong);

        Assert.Equal(5, result.Failures!.Count());
        Assert.All(result.Failures!, f => Assert.StartsWith("MlPlatform:Pipelines:", f, StringComparison.Ordinal));
        Assert.True(new Internal.PipelinesOptionsValidator().Validate(null, new()).Succeeded);
    }

    [Fact]
    public void Polls_too_rare_to_renew_a_lease_in_time_are_refused()
    {
        var wrong = new PipelinesOptions { Poll = TimeSpan.FromMinutes(1) }; // In range, but the default lease is 30 s.

        var failure = Assert.Single(new Internal.PipelinesOptionsValidator().Validate(null, wrong).Failures!);

        Assert.Contains("lengthen the lease", failure, StringComparison.Ordinal);
    }

    private static async Task<string> HashAsync(Action<PipelineBuilder<TestParams>> define)
    {
        await using var host = new PipelineHost(define);
        return (await host.Runner.GetRunAsync(await host.RunAsync(), PipelineHost.Cancel))!.SpecHash;
    }

    private sealed class NamedPipeline : Pipeline<TestParams>
    {
        public override void Define(PipelineBuilder<TestParams> pipeline) => pipeline.Step("a", (_, _) => Task.FromResult(1));
    }

    private sealed class Unwritable
    {
        private readonly int[] content = [];

        public Span<int> Content => content;
    }
}
