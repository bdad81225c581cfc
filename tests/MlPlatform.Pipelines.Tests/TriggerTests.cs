namespace MlPlatform.Pipelines.Tests;

public sealed class TriggerTests
{
    private static readonly AssetRef Monitor = new(AssetKind.Monitor, "m");

    [Fact]
    public async Task Schedule_fires_once_for_all_the_times_that_were_missed()
    {
        await using var host = CreateHost(t => t.Every("0 3 * * *", makeParams: due => new TestParams(due.Day)));
        await host.Runner.SettleAsync(PipelineHost.Cancel);
        Assert.Empty(await RunsAsync(host));

        host.Clock.Set(PipelineHost.Start.AddDays(3).AddHours(4));
        await host.Runner.SettleAsync(PipelineHost.Cancel);
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        var run = Assert.Single(await RunsAsync(host));
        Assert.Equal(("""{"Items":null,"Value":4}""", PipelineHost.Start.AddDays(3).AddHours(3)), (run.Parameters, run.AsOf));
        Assert.Equal(["Fired"], await DecisionsAsync(host));
    }

    [Fact]
    public async Task Event_fires_with_its_own_parameters_and_is_the_cause_of_all_that_follows()
    {
        await using var host = CreateHost(t =>
            t.OnEvent(EventTypes.AlertOpened, e => e.Subject == Monitor, e => new TestParams(e.Payload.GetProperty("n").GetInt32()))
        );
        await host.AppendAsync(new(EventTypes.AlertOpened, Monitor) { Payload = new() { ["n"] = 1 } }); // Before the trigger existed.
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        await host.AppendAsync(new(EventTypes.AlertOpened, new(AssetKind.Monitor, "other")));
        await host.AppendAsync(new(EventTypes.AlertOpened, Monitor) { Payload = new() { ["n"] = 7 } });
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        var run = Assert.Single(await RunsAsync(host));
        Assert.Equal("""{"Items":null,"Value":7}""", run.Parameters);
        var alert = (await host.EventsAsync(EventTypes.AlertOpened))[^1];
        Assert.Equal(alert.Id, run.CauseId);
        Assert.All(
            [.. await host.EventsAsync(EventTypes.PipelineEnded), .. await host.EventsAsync(EventTypes.TriggerDecided)],
            e => Assert.Equal(alert.Id, e.CauseId)
        );
    }

    [Fact]
    public async Task Several_hosts_fire_for_one_event_once()
    {
        await using var first = CreateHost(t => t.OnEvent(EventTypes.AlertOpened).MaxConcurrent(100));
        await first.Runner.SettleAsync(PipelineHost.Cancel);
        await using var second = CreateHost(t => t.OnEvent(EventTypes.AlertOpened).MaxConcurrent(100), first.Directory);
        await second.Runner.RunDueAsync(PipelineHost.Cancel);
        for (var i = 0; i < 10; i++)
        {
            await first.AppendAsync(new(EventTypes.AlertOpened, Monitor));
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? first : second).Runner.RunDueAsync(PipelineHost.Cancel)));
        await first.Runner.RunDueAsync(PipelineHost.Cancel);

        Assert.Equal(10, (await RunsAsync(first)).Count);
        Assert.Equal(Enumerable.Repeat("Fired", 10), await DecisionsAsync(first));
    }

    [Fact]
    public async Task Cooldown_and_budget_hold_a_trigger_back_by_platform_time()
    {
        await using var host = CreateHost(t =>
            t.OnEvent(EventTypes.AlertOpened).Cooldown(TimeSpan.FromHours(24)).Budget(2, TimeSpan.FromDays(10))
        );
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        foreach (var hours in new[] { 0, 23, 2, 25, 24 * 10 })
        {
            host.Clock.Advance(TimeSpan.FromHours(hours));
            await host.AppendAsync(new(EventTypes.AlertOpened, Monitor));
            await host.Runner.SettleAsync(PipelineHost.Cancel);
        }

        Assert.Equal(["Fired", "Cooldown", "Fired", "Budget", "Fired"], await DecisionsAsync(host));
    }

    [Fact]
    public async Task Failed_runs_back_a_trigger_off_ever_longer()
    {
        await using var host = new PipelineHost(
            p => p.Step<int>("a", (_, _) => throw new IOException("no")),
            t => t.OnEvent(EventTypes.AlertOpened).BackOff(TimeSpan.FromHours(1), TimeSpan.FromHours(8))
        );
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        foreach (var minutes in new[] { 0, 59, 1, 119, 1 })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await host.AppendAsync(new(EventTypes.AlertOpened, Monitor));
            await host.Runner.SettleAsync(PipelineHost.Cancel);
        }

        Assert.Equal(["Fired", "BackedOff", "Fired", "BackedOff", "Fired"], await DecisionsAsync(host));
    }

    [Fact]
    public async Task Open_run_keeps_another_from_starting()
    {
        await using var host = new PipelineHost(
            p => p.Approve("sign", p.Step("a", (_, _) => Task.FromResult(1)), "owner", TimeSpan.FromDays(1)),
            t => t.OnEvent(EventTypes.AlertOpened)
        );
        await host.Runner.SettleAsync(PipelineHost.Cancel);
        await host.AppendAsync(new(EventTypes.AlertOpened, Monitor));
        await host.AppendAsync(new(EventTypes.AlertOpened, Monitor));
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        Assert.Equal(["Fired", "Concurrent"], await DecisionsAsync(host));
    }

    [Fact]
    public async Task Two_triggers_of_one_pipeline_that_decide_at_once_start_no_more_runs_than_may_be_open()
    {
        PipelineHost Create(string eventType, string? directory = null) =>
            new(
                p => p.Approve("sign", p.Step("a", (_, _) => Task.FromResult(1)), "owner", TimeSpan.FromDays(1)),
                t => t.OnEvent(eventType),
                directory
            );
        await using var first = Create(EventTypes.AlertOpened);
        await using var second = Create(EventTypes.AlertResolved, first.Directory);
        await first.Runner.SettleAsync(PipelineHost.Cancel);
        await second.Runner.SettleAsync(PipelineHost.Cancel);
        for (var i = 0; i < 8; i++)
        {
            await first.AppendAsync(new(i % 2 == 0 ? EventTypes.AlertOpened : EventTypes.AlertResolved, Monitor));
        }

        await Task.WhenAll(new[] { first, second }.Select(h => Task.Run(() => h.Runner.RunDueAsync(PipelineHost.Cancel))));

        var decisions = (await DecisionsAsync(first)).ToList();
        Assert.Equal(8, decisions.Count);
        Assert.Single(decisions, "Fired");
        Assert.Single(await RunsAsync(first));
    }

    [Fact]
    public async Task Trigger_whose_code_throws_records_an_error_and_goes_on_with_the_next_event()
    {
        await using var host = CreateHost(t =>
            t.OnEvent(EventTypes.AlertOpened, makeParams: e => new TestParams(e.Payload.GetProperty("n").GetInt32()))
        );
        await host.Runner.SettleAsync(PipelineHost.Cancel);
        await host.AppendAsync(new(EventTypes.AlertOpened, Monitor));
        await host.AppendAsync(new(EventTypes.AlertOpened, Monitor) { Payload = new() { ["n"] = 2 } });
        await host.Runner.SettleAsync(PipelineHost.Cancel);

        Assert.Equal(["Error", "Fired"], await DecisionsAsync(host));
    }

    private static PipelineHost CreateHost(Action<PipelineTriggers> triggers, string? directory = null) =>
        new(p => p.Step("a", (c, _) => Task.FromResult(c.Params.Value)), triggers, directory);

    private static Task<IReadOnlyList<PipelineRunInfo>> RunsAsync(PipelineHost host) =>
        host.Runner.ListRunsAsync(cancellationToken: PipelineHost.Cancel);

    private static async Task<IEnumerable<string?>> DecisionsAsync(PipelineHost host) =>
        (await host.EventsAsync(EventTypes.TriggerDecided)).Select(e => e.Payload.GetProperty("decision").GetString());
}
