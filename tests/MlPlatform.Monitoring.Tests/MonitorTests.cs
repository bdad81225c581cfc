using MlPlatform.Monitoring.Internal;

namespace MlPlatform.Monitoring.Tests;

public sealed class MonitorTests
{
    private const int Daily = 600;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Windowed_performance_equals_the_offline_computation()
    {
        await using var host = new MonitoringHost();
        var layout = Traffic.Layout();
        var simulation = new Simulation(1);
        var labels = new List<double>();
        var scores = new List<double>();
        var outcomes = new List<Outcome>();
        for (var i = 0; i < 5000; i++)
        {
            var score = Math.Round(simulation.Uniform(), 3);
            Traffic.Observe(host.Observer, layout, i, MonitoringHost.Start.AddMinutes(i), [1, 2, 3], score: score);
            if (i % 20 == 0)
            {
                continue; // Its label never comes.
            }

            var label = simulation.Uniform() < score ? 1.0 : 0.0;
            labels.Add(label);
            scores.Add(score);
            outcomes.Add(new(Traffic.Id(i), label));
        }

        Assert.Equal(4750, await host.Monitor.RecordOutcomesAsync(outcomes, Cancel));
        var report = await host.Monitor.GetPerformanceAsync(
            "m",
            MonitoringHost.Start,
            MonitoringHost.Start.AddDays(10),
            cancellationToken: Cancel
        );

        Assert.Equal((5000, 4750), (report.Predictions, report.Labelled));
        Assert.Equal(BinaryMetrics.Auc([.. labels], [.. scores]).Value, report.Auc, 1e-12);
        Assert.Equal(BinaryMetrics.LogLoss([.. labels], [.. scores]), report.LogLoss, 1e-12);
        Assert.Equal(BinaryMetrics.ExpectedCalibrationError([.. labels], [.. scores]), report.CalibrationError, 1e-12);
        var half = await host.Monitor.GetPerformanceAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddMinutes(1000), 1, Cancel);
        Assert.Equal(1000, half.Predictions);
        Assert.Equal(
            0,
            (await host.Monitor.GetPerformanceAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(10), 2, Cancel)).Predictions
        );
    }

    [Fact]
    public async Task Labels_may_come_first_change_and_repeat()
    {
        await using var host = new MonitoringHost();
        var id = Traffic.Id(1);
        await host.Monitor.RecordOutcomeAsync(id, 1, cancellationToken: Cancel);
        Traffic.Observe(host.Observer, Traffic.Layout(), 1, MonitoringHost.Start, [1, 2, 3]);
        Assert.Equal(1, (await Performance(host)).Labelled);

        Assert.Equal(0, await host.Monitor.RecordOutcomesAsync([new(id, 1), new(id, 1)], Cancel));
        Assert.Equal(0, await host.CountAsync("SELECT COUNT(*) FROM mon_outcome_audit"));

        Assert.Equal(1, await host.Monitor.RecordOutcomesAsync([new(id, 0)], Cancel));
        Assert.Equal(0, (await Performance(host)).MeanObserved);
        Assert.Equal(1, await host.CountAsync("SELECT COUNT(*) FROM mon_outcome_audit WHERE label = 1"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Monitor.RecordOutcomeAsync(id, double.NaN, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Every_closed_window_is_recorded_once_whoever_evaluates()
    {
        await using var host = new MonitoringHost();
        var days = new Days(host);
        await days.AddAsync(0, 0);
        await days.AddAsync(1, 0);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(2).AddHours(2));

        await using var other = new MonitoringHost(directory: host.Directory, now: host.Clock.GetUtcNow());
        var recorded = await Task.WhenAll(host.Monitor.EvaluateDueAsync(Cancel), other.Monitor.EvaluateDueAsync(Cancel));

        Assert.Equal(6, recorded.Sum()); // Two windows, three kinds.
        Assert.Equal(0, await host.Monitor.EvaluateDueAsync(Cancel));
        await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel);
        Assert.Equal(6, (await host.EventsAsync(EventTypes.MonitorEvaluated)).Count);
        Assert.Equal(2, (await host.EventsAsync(EventTypes.LabelsMatured)).Count);
        Assert.Equal(6, (await host.Monitor.GetEvaluationsAsync("m", cancellationToken: Cancel)).Count);
        Assert.All(
            await host.Monitor.GetEvaluationsAsync("m", cancellationToken: Cancel),
            e => Assert.InRange(e.Verdicts.Single().State, MonitorState.Ok, MonitorState.Warning)
        );
    }

    [Fact]
    public async Task Hosts_that_judge_drifted_windows_at_once_open_one_alert()
    {
        await using var host = new MonitoringHost();
        var days = new Days(host);
        for (var day = 0; day < 6; day++)
        {
            await days.AddAsync(day, shift: 1);
        }

        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(6).AddHours(2));
        await using var other = new MonitoringHost(directory: host.Directory, now: host.Clock.GetUtcNow());
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(day => (Monitor: (day % 2 == 0 ? host : other).Monitor, Start: MonitoringHost.Start.AddDays(day)))
                .Select(w => Task.Run(() => w.Monitor.EvaluateAsync("m", w.Start, w.Start.AddDays(1), Cancel)))
        );

        Assert.Single(await host.Monitor.GetAlertsAsync("m", openOnly: false, Cancel), a => a.Kind == MonitorKind.Drift);
    }

    [Fact]
    public async Task Outcome_that_many_change_at_once_keeps_each_label_it_had()
    {
        await using var host = new MonitoringHost();
        await using var other = new MonitoringHost(directory: host.Directory);
        var id = Traffic.Id(1);
        await host.Monitor.RecordOutcomeAsync(id, -1, cancellationToken: Cancel);

        var changed = await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(i => Task.Run(() => (i % 2 == 0 ? host : other).Monitor.RecordOutcomesAsync([new(id, i)], Cancel)))
        );

        Assert.Equal(32, changed.Sum());
        Assert.Equal(32, await host.CountAsync("SELECT COUNT(DISTINCT label) FROM mon_outcome_audit"));
        Assert.Equal(
            33,
            await host.CountAsync(
                "SELECT COUNT(*) FROM (SELECT label FROM mon_outcome_audit UNION SELECT label FROM mon_outcome) all_labels"
            )
        );
    }

    [Fact]
    public async Task A_window_whose_rows_all_came_late_in_it_is_judged_when_it_closes()
    {
        await using var host = new MonitoringHost(m => m.AddMonitor("m"));
        var layout = Traffic.Layout();
        Traffic.Observe(host.Observer, layout, 1, MonitoringHost.Start.AddHours(23.5), [1, 2, 3]);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1).AddHours(1).AddTicks(-10));
        Assert.Equal(0, await host.Monitor.EvaluateDueAsync(Cancel)); // The delay for late rows is not over.

        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1).AddHours(1));

        Assert.Equal(2, await host.Monitor.EvaluateDueAsync(Cancel));
    }

    [Fact]
    public async Task A_monitor_that_cannot_be_evaluated_does_not_blind_the_others()
    {
        await using var host = new MonitoringHost(m => m.AddMonitor("broken").AddMonitor("m"));
        await new Days(host).AddAsync(0, 0);
        Traffic.Observe(host.Observer, Traffic.Layout(model: "broken"), 100_000, MonitoringHost.Start, [1, 2, 3]);
        await host.Observer.FlushAsync(null, Cancel);
        await host.ExecuteAsync("UPDATE mon_layout SET numeric_columns = 'x' WHERE model = 'broken'");
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1).AddHours(2));

        var thrown = await Assert.ThrowsAsync<AggregateException>(() => host.Monitor.EvaluateDueAsync(Cancel));

        Assert.Contains("'broken'", Assert.Single(thrown.InnerExceptions).Message, StringComparison.Ordinal);
        Assert.Equal(3, (await host.Monitor.GetEvaluationsAsync("m", cancellationToken: Cancel)).Count);
    }

    [Fact]
    public async Task Recurring_work_evaluates_when_platform_time_moves()
    {
        await using var host = new MonitoringHost();
        var runner = host.Get<IRecurringWorkRunner>();
        await runner.RunDueAsync(Cancel);
        await new Days(host).AddAsync(0, 0);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1).AddHours(2));

        await runner.RunDueAsync(Cancel);

        Assert.Equal(3, await host.CountAsync("SELECT COUNT(*) FROM mon_evaluation"));
    }

    [Fact]
    public async Task An_alert_opens_after_two_of_three_drifted_windows_and_is_resolved_after_they_pass()
    {
        await using var host = new MonitoringHost();
        var days = new Days(host);
        double[] shifts = [0, 1, 0, 1, 1, 0, 0, 1, 0, 0];
        var open = new List<int>();
        for (var day = 0; day < shifts.Length; day++)
        {
            await days.AddAsync(day, shifts[day]);
            host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(day + 1).AddHours(2));
            await host.Monitor.EvaluateDueAsync(Cancel);
            if ((await host.Monitor.GetAlertsAsync("m", openOnly: true, Cancel)).Any(a => a.Kind == MonitorKind.Drift))
            {
                open.Add(day);
            }
        }

        // Day 3 is the second of three; day 5 still has two of three; day 6 has one.
        Assert.Equal([3, 4, 5], open);
        var opened = Assert.Single(await host.EventsAsync(EventTypes.AlertOpened));
        Assert.Single(await host.EventsAsync(EventTypes.AlertResolved));
        Assert.Equal("Drift", opened.Payload.GetProperty("kind").GetString());
        Assert.Equal("m", opened.Payload.GetProperty("model").GetString());
        Assert.Equal(1, opened.Payload.GetProperty("version").GetInt32());
        Assert.Equal("2025-03-04T00:00:00Z", opened.Payload.GetProperty("windowStart").GetString());
        var columns = opened
            .Payload.GetProperty("columns")
            .EnumerateArray()
            .Where(c => string.Equals(c.GetProperty("state").GetString(), "Drifted", StringComparison.Ordinal))
            .ToArray();
        Assert.All(columns, c => Assert.Equal("x1", c.GetProperty("name").GetString()));
        Assert.Contains(columns, c => c.GetProperty("value").GetDouble() > c.GetProperty("threshold").GetDouble());
    }

    [Fact]
    public async Task Input_drift_leaves_performance_alone_and_a_performance_drop_leaves_drift_alone()
    {
        await using var host = new MonitoringHost();
        var days = new Days(host);
        await days.AddAsync(0, shift: 1);
        await days.AddAsync(1, shift: 0, noise: true);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(5));

        var drifted = await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel);
        var worse = await host.Monitor.EvaluateAsync("m", MonitoringHost.Start.AddDays(1), MonitoringHost.Start.AddDays(2), Cancel);

        Assert.Equal(
            (MonitorState.Drifted, true),
            (drifted[MonitorKind.Drift].State, drifted[MonitorKind.Performance].State < MonitorState.Drifted)
        );
        Assert.Equal(
            (true, MonitorState.Drifted),
            (worse[MonitorKind.Drift].State < MonitorState.Drifted, worse[MonitorKind.Performance].State)
        );
        Assert.InRange(worse.Performance!.Auc, 0.4, 0.6);
    }

    [Fact]
    public async Task Performance_waits_for_coverage_and_is_judged_at_the_horizon_at_the_latest()
    {
        await using var host = new MonitoringHost(m => m.AddMonitor("m", o => o.LabelHorizon = TimeSpan.FromDays(7)));
        var days = new Days(host);
        await days.AddAsync(0, 0, labelled: 0.7);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(2));
        Assert.Equal(2, await host.Monitor.EvaluateDueAsync(Cancel));
        Assert.True(
            (await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel))[
                MonitorKind.Performance
            ].Provisional
        );

        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(9));
        Assert.Equal(1, await host.Monitor.EvaluateDueAsync(Cancel));
        Assert.Single(await host.EventsAsync(EventTypes.LabelsMatured));
    }

    [Fact]
    public async Task A_damaged_pane_is_left_out_and_reported()
    {
        await using var host = new MonitoringHost();
        await new Days(host).AddAsync(0, 0);
        await host.Observer.FlushAsync(null, Cancel);
        var bytes = TestDatabase.IsPostgreSql ? "'\\x00112233'::bytea" : "x'00112233'";
        await host.ExecuteAsync($"UPDATE mon_pane SET data = {bytes} WHERE start = (SELECT MIN(start) FROM mon_pane)");

        var evaluation = await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel);

        Assert.Equal(1, evaluation.SkippedPanes);
        Assert.Equal(Daily * 23 / 24, evaluation.Rows);
    }

    [Fact]
    public async Task Late_rows_go_to_the_pane_of_their_own_time()
    {
        await using var host = new MonitoringHost();
        var days = new Days(host);
        await days.AddAsync(1, 0);
        await host.Observer.FlushAsync(null, Cancel);
        await days.AddAsync(0, 0);

        var first = await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel);

        Assert.Equal(Daily, first.Rows);
    }

    [Fact]
    public async Task A_window_of_the_past_without_rows_and_a_model_without_profile_are_inconclusive()
    {
        await using var host = new MonitoringHost();
        Traffic.Observe(host.Observer, Traffic.Layout(), 1, MonitoringHost.Start, [1, 2, 3]);

        var with = await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel);
        var without = await host.Monitor.EvaluateAsync("nobody", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel);

        Assert.Contains("profile", with[MonitorKind.Drift].Reason, StringComparison.Ordinal);
        Assert.All(with.Verdicts.Concat(without.Verdicts), v => Assert.Equal(MonitorState.Inconclusive, v.State));
        Assert.Equal(0, await host.CountAsync("SELECT COUNT(*) FROM mon_evaluation"));
    }

    [Fact]
    public async Task Windows_hold_what_callers_were_answered_without_shadows_and_trials()
    {
        await using var host = new MonitoringHost();
        var layout = Traffic.Layout();
        PredictionRoute[] routes = [PredictionRoute.Primary, PredictionRoute.Canary, PredictionRoute.Shadow, PredictionRoute.Targeted];
        for (var i = 0; i < 40; i++)
        {
            Traffic.Observe(host.Observer, layout, i, MonitoringHost.Start, [1, 2, 3], route: routes[i % 4]);
        }

        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(1));
        await host.Observer.FlushAsync(cancellationToken: Cancel);
        Assert.Equal(20, (await host.Monitor.EvaluateAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), Cancel)).Rows);
        Assert.Equal(20, (await Performance(host)).Predictions);
    }

    [Fact]
    public async Task Old_rows_are_deleted_after_their_retention()
    {
        await using var host = new MonitoringHost();
        var days = new Days(host);
        await days.AddAsync(0, 0);
        await days.AddAsync(20, 0);
        await host.Observer.FlushAsync(null, Cancel);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(410));

        await host.Get<RetentionStore>().DeleteOldAsync(Cancel);

        Assert.Equal(Daily, await host.CountAsync("SELECT COUNT(*) FROM mon_prediction"));
        Assert.Equal(48, await host.CountAsync("SELECT COUNT(*) FROM mon_pane"));
    }

    [Fact]
    public async Task Evaluations_go_with_the_panes_they_were_made_from_and_are_not_made_anew()
    {
        await using var host = new MonitoringHost(m => m.Configure(o => o.PaneRetention = TimeSpan.FromDays(10)).AddMonitor("m"));
        var days = new Days(host);
        await days.AddAsync(0, 0);
        await days.AddAsync(5, 0);
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(7));
        Assert.Equal(6, await host.Monitor.EvaluateDueAsync(Cancel));
        host.Clock.SetUtcNow(MonitoringHost.Start.AddDays(11));

        await host.Get<RetentionStore>().DeleteOldAsync(Cancel);

        Assert.Equal(3, await host.CountAsync("SELECT COUNT(*) FROM mon_evaluation"));
        Assert.Equal(0, await host.Monitor.EvaluateDueAsync(Cancel));
    }

    private static Task<PerformanceReport> Performance(MonitoringHost host) =>
        host.Monitor.GetPerformanceAsync("m", MonitoringHost.Start, MonitoringHost.Start.AddDays(1), cancellationToken: Cancel);
}
