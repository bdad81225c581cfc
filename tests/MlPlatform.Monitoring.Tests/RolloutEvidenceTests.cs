using MlPlatform.Monitoring.Internal;

namespace MlPlatform.Monitoring.Tests;

public sealed class RolloutEvidenceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Too_few_predictions_are_inconclusive()
    {
        await using var host = new MonitoringHost();
        Send(host, 499, _ => 0.5);

        var result = await Judge(host);

        Assert.Equal(GateVerdict.Inconclusive, result.Verdict);
        Assert.Equal(499, Assert.Single(result.Evidence).N);
    }

    [Fact]
    public async Task The_same_behaviour_passes()
    {
        await using var host = new MonitoringHost();
        var simulation = new Simulation(1);
        Send(host, 2000, _ => simulation.Uniform());

        var result = await Judge(host);

        Assert.Equal(GateVerdict.Pass, result.Verdict);
        Assert.Contains(result.Evidence, e => e.Metric == "scorePsi" && e.Estimate < 0.1);
    }

    [Fact]
    public async Task Of_very_many_predictions_of_the_old_version_some_of_all_times_are_read()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => o.RolloutMinimumRows = 50));
        for (var i = 0; i < 5000; i++)
        {
            Traffic.Observe(host.Observer, Traffic.Layout(version: 1), i, MonitoringHost.Start.AddSeconds(i), [1, 2, 3], score: i / 5000d);
            if (i % 50 == 49)
            {
                Traffic.Observe(
                    host.Observer,
                    Traffic.Layout(version: 2),
                    10_000 + i,
                    MonitoringHost.Start.AddSeconds(i),
                    [1, 2, 3],
                    score: 0.5
                );
            }
        }

        host.Clock.Advance(TimeSpan.FromHours(2));
        var missing = (await Judge(host)).Evidence.Single(e => e.Metric == "nanShare");
        Assert.Equal(100, missing.N);
        var read = await host.Get<PerformanceReader>().ReadRowsAsync(new("m", 1, 0, long.MaxValue, Shadow: true, Most: 1024), Cancel);
        Assert.Equal(Enumerable.Range(0, 625).Select(i => i * 8 / 5000d), read.Select(r => r.Score));
    }

    [Fact]
    public async Task Missing_scores_fail()
    {
        await using var host = new MonitoringHost();
        var simulation = new Simulation(2);
        Send(host, 1000, i => i % 12 == 0 ? double.NaN : simulation.Uniform());

        Assert.Equal(GateVerdict.Fail, (await Judge(host)).Verdict);
    }

    [Fact]
    public async Task What_somebody_tries_out_is_neither_judged_nor_counted()
    {
        await using var host = new MonitoringHost();
        var simulation = new Simulation(1);
        Send(host, 2000, _ => simulation.Uniform());
        var trial = Traffic.Layout(version: 2);
        for (var i = 0; i < 1000; i++)
        {
            var number = 50_000_000 + i;
            Traffic.Observe(
                host.Observer,
                trial,
                number,
                MonitoringHost.Start,
                [1, 2, 3],
                score: double.NaN,
                route: PredictionRoute.Targeted
            );
        }

        Assert.Equal(GateVerdict.Pass, (await Judge(host)).Verdict);
        var until = MonitoringHost.Start.AddDays(1);
        Assert.Equal(2000, (await host.Monitor.GetPerformanceAsync("m", MonitoringHost.Start, until, 2, Cancel)).Predictions);
    }

    [Fact]
    public async Task Scores_that_collapse_fail()
    {
        await using var host = new MonitoringHost();
        Send(host, 1000, _ => 0.99);

        Assert.Equal(GateVerdict.Fail, (await Judge(host)).Verdict);
    }

    [Fact]
    public async Task Worse_labels_fail_when_there_are_enough()
    {
        await using var host = new MonitoringHost();
        var simulation = new Simulation(3);
        var outcomes = Send(host, 2000, _ => simulation.Uniform());

        Assert.Equal(GateVerdict.Pass, (await Judge(host)).Verdict);
        await host.Monitor.RecordOutcomesAsync(outcomes, Cancel);
        var result = await Judge(host);

        Assert.Equal(GateVerdict.Fail, result.Verdict);
        var auc = result.Evidence.Single(e => e.Metric == "auc");
        Assert.True(auc.High < auc.Threshold);
    }

    [Fact]
    public async Task Labels_can_be_demanded_before_a_version_passes()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => o.RolloutMinimumLabelled = 900));
        var simulation = new Simulation(1);
        var outcomes = Send(host, 1000, _ => simulation.Uniform());

        var before = await Judge(host);
        Assert.Equal(GateVerdict.Inconclusive, before.Verdict);
        Assert.Contains("0 predictions have a label", before.Reason, StringComparison.Ordinal);

        var random = new Simulation(9);
        await host.Monitor.RecordOutcomesAsync([.. outcomes.Select(o => o with { Label = random.Uniform() < 0.5 ? 1 : 0 })], Cancel);
        Assert.Equal(GateVerdict.Pass, (await Judge(host)).Verdict);
    }

    [Fact]
    public async Task Looking_often_does_not_make_false_alarms()
    {
        var failed = 0;
        for (var seed = 0; seed < 20; seed++)
        {
            await using var host = new MonitoringHost(m => m.Configure(o => o.RolloutMinimumRows = 50));
            var simulation = new Simulation(100 + seed);
            for (var look = 0; look < 20; look++)
            {
                Send(host, 50, _ => simulation.Uniform() < 0.05 ? double.NaN : simulation.Uniform(), look, simulation);
                failed += (await Judge(host)).Verdict == GateVerdict.Fail ? 1 : 0;
            }
        }

        Assert.Equal(0, failed);
    }

    [Theory]
    [InlineData(true, GateVerdict.Pass, "No harm seen in the first 1000 predictions of the new version.")]
    [InlineData(false, GateVerdict.Fail, "The classes differ too much")]
    public async Task Without_scores_the_classes_are_compared(bool isAlike, GateVerdict verdict, string says)
    {
        await using var host = new MonitoringHost();
        SendClasses(host, i => i % 3, i => isAlike ? (i + 1) % 3 : 1);
        var result = await Judge(host);
        Assert.Equal(verdict, result.Verdict);
        Assert.StartsWith(says, result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("not compared", result.Reason, StringComparison.Ordinal);
        Assert.Contains(result.Evidence, e => e.Metric == "classPsi" && e.N == 1000);
    }

    [Fact]
    public async Task What_cannot_be_compared_is_not_taken_for_alike()
    {
        await using var host = new MonitoringHost();
        SendClasses(host, _ => -1, _ => -1);
        var result = await Judge(host);
        Assert.Equal(GateVerdict.Pass, result.Verdict);
        Assert.Contains("was not compared: they have neither scores nor classes", result.Reason, StringComparison.Ordinal);
    }

    private static void SendClasses(MonitoringHost host, Func<int, int> old, Func<int, int> candidate)
    {
        var (one, two) = (Traffic.Layout(version: 1), Traffic.Layout(version: 2));
        for (var i = 0; i < 1000; i++)
        {
            var time = MonitoringHost.Start.AddSeconds(i);
            Traffic.Observe(host.Observer, one, 2 * i, time, [1, 2, 3], score: double.NaN, label: old(i));
            Traffic.Observe(
                host.Observer,
                two,
                (2 * i) + 1,
                time,
                [1, 2, 3],
                score: double.NaN,
                route: PredictionRoute.Canary,
                label: candidate(i)
            );
        }

        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1));
    }

    private static List<Outcome> Send(
        MonitoringHost host,
        int rows,
        Func<int, double> candidateScore,
        int batch = 0,
        Simulation? both = null
    )
    {
        var simulation = new Simulation(50 + batch);
        var old = Traffic.Layout(version: 1);
        var candidate = Traffic.Layout(version: 2);
        var outcomes = new List<Outcome>();
        for (var i = 0; i < rows; i++)
        {
            var number = ((batch * 1_000_000L) + i) * 2;
            var time = MonitoringHost.Start.AddSeconds((batch * rows) + i);
            var score = both is null ? simulation.Uniform() : candidateScore(i);
            Traffic.Observe(host.Observer, old, number, time, [1, 2, 3], score: score);
            Traffic.Observe(host.Observer, candidate, number + 1, time, [1, 2, 3], score: candidateScore(i), route: PredictionRoute.Canary);
            outcomes.Add(new(Traffic.Id(number), simulation.Uniform() < score ? 1 : 0));
            outcomes.Add(new(Traffic.Id(number + 1), simulation.Uniform() < 0.5 ? 1 : 0)); // The new version's scores say nothing.
        }

        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1));
        return outcomes;
    }

    private static Task<GateResult> Judge(MonitoringHost host) =>
        host.Get<IRolloutEvidence>().GetAsync("m", 2, 1, MonitoringHost.Start, Cancel);
}
