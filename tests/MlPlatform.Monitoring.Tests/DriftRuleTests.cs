using MlPlatform.Monitoring.Internal;

namespace MlPlatform.Monitoring.Tests;

/// <summary>How often the rule alarms, by simulation: never by chance, always for a real shift.</summary>
public sealed class DriftRuleTests
{
    private const int Columns = 30;

    [Theory]
    [InlineData(1000, 1000, 200)]
    [InlineData(10_000, 1000, 200)]
    [InlineData(200, 100, 1000)]
    public void Without_drift_at_most_one_report_in_twenty_alarms(int reference, int current, int reports)
    {
        var alarms = 0;
        var warnings = 0;
        for (var seed = 0; seed < reports; seed++)
        {
            var statistics = Run(seed, reference, current, (_, x) => x);
            alarms += statistics.Any(s => s.State == MonitorState.Drifted) ? 1 : 0;
            warnings += statistics.Any(s => s.State >= MonitorState.Warning) ? 1 : 0;
        }

        Assert.True(alarms <= reports / 20, $"{alarms} of {reports} reports alarmed");
        Assert.True(warnings <= reports / 10, $"{warnings} of {reports} reports warned");
        TestContext.Current.TestOutputHelper?.WriteLine($"{reference} v {current}: {alarms} alarms, {warnings} warnings of {reports}");
    }

    [Theory]
    [InlineData(1000, 1000, 0.25)]
    [InlineData(1000, 500, 0.4)]
    public void A_shift_of_one_column_among_thirty_is_found(int reference, int current, double shift)
    {
        var found = 0;
        for (var seed = 0; seed < 100; seed++)
        {
            var statistics = Run(1000 + seed, reference, current, (column, x) => column == 3 ? x + shift : x);
            found += statistics.Any(s => s.State == MonitorState.Drifted && s.Column == "x3") ? 1 : 0;
        }

        Assert.True(found >= 95, $"found in {found} of 100");
    }

    [Fact]
    public void Kilometres_instead_of_miles_in_one_column_is_drift_of_that_column_only()
    {
        var statistics = Run(
            5,
            5000,
            2000,
            (column, x) => column == 2 ? 1.609344 * (800 + (300 * x)) : 800 + (300 * x),
            x => 800 + (300 * x)
        );

        Assert.Equal(
            ["x2"],
            statistics.Where(s => s.State == MonitorState.Drifted && s.Kind == MonitorKind.Drift).Select(s => s.Column).Distinct()
        );
    }

    [Fact]
    public void A_jump_of_missing_values_is_a_fault_of_data_quality_and_not_drift()
    {
        var random = new Simulation(77);
        var statistics = Run(6, 3000, 1500, (column, x) => column == 4 && random.Uniform() < 0.1 ? double.NaN : x);

        var fault = Assert.Single(statistics, s => s.State == MonitorState.Drifted);
        Assert.Equal(("x4", "missing", MonitorKind.DataQuality), (fault.Column, fault.Method, fault.Kind));
    }

    [Fact]
    public void A_constant_column_is_ok_while_constant_and_drifts_when_it_changes_either_way()
    {
        foreach (
            var (value, expected) in ((double, MonitorState)[])
                [(5, MonitorState.Ok), (5.01, MonitorState.Drifted), (4.99, MonitorState.Drifted)]
        )
        {
            var statistics = Judge(new ReferenceProfileBuilder().AddNumeric("x0", Repeat(5, 500)), 500, _ => value);
            Assert.Equal(expected, statistics.Where(s => s.Kind == MonitorKind.Drift).Max(s => s.State));
        }
    }

    [Fact]
    public void A_column_that_is_all_missing_now_is_inconclusive_as_drift_and_faulty_as_data()
    {
        var statistics = Judge(new ReferenceProfileBuilder().AddNumeric("x0", new Simulation(1).Normals(500)), 500, _ => double.NaN);

        Assert.All(statistics.Where(s => s.Kind == MonitorKind.Drift), s => Assert.Equal(MonitorState.Inconclusive, s.State));
        Assert.Equal(MonitorState.Drifted, statistics.Single(s => s.Method == "missing").State);
    }

    [Fact]
    public void Fewer_rows_than_the_minimum_are_inconclusive()
    {
        var statistics = Judge(new ReferenceProfileBuilder().AddNumeric("x0", new Simulation(1).Normals(500)), 99, i => i + 50);

        Assert.All(statistics.Where(s => s.Kind == MonitorKind.Drift), s => Assert.Equal(MonitorState.Inconclusive, s.State));
    }

    [Fact]
    public void Values_outside_the_range_of_training_are_found()
    {
        var simulation = new Simulation(3);
        var statistics = Judge(
            new ReferenceProfileBuilder().AddNumeric("x0", simulation.Normals(2000)),
            1000,
            i => i % 20 == 0 ? 1e6 : simulation.Normal()
        );

        Assert.Equal(MonitorState.Drifted, statistics.Single(s => s.Method == "outOfRange").State);
    }

    [Fact]
    public void Categories_that_change_share_drift_and_new_ones_are_unseen()
    {
        var simulation = new Simulation(4);
        string?[] reference = [.. Enumerable.Range(0, 3000).Select(_ => simulation.Category(5))];
        var profile = new ReferenceProfileBuilder().AddCategorical("k0", reference).Build();

        var same = Judge(profile, [.. Enumerable.Range(0, 1000).Select(_ => simulation.Category(5))]);
        var changed = Judge(profile, [.. Enumerable.Range(0, 1000).Select(i => i % 3 == 0 ? "c0" : simulation.Category(5))]);
        var unseen = Judge(profile, [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 0 ? "new" + i : simulation.Category(5))]);

        Assert.DoesNotContain(same, s => s.State >= MonitorState.Warning);
        Assert.Equal(MonitorState.Drifted, changed.Single(s => s.Method == "jensenShannon").State);
        Assert.Equal(0.1, unseen.Single(s => s.Method == "unseen").Value, 1e-12);
        Assert.Equal(MonitorState.Drifted, unseen.Single(s => s.Method == "unseen").State);
    }

    [Fact]
    public void Only_watched_columns_are_judged()
    {
        var profile = Profile(new(9), 500, x => x);
        var pane = Pane(profile, new(10), 500, (_, x) => x);

        Assert.Equal(["x1"], DriftJudge.Judge(pane, new() { Columns = ["x1"] }).Select(s => s.Column).Distinct());
    }

    private static IReadOnlyList<MonitorStatistic> Run(
        int seed,
        int reference,
        int current,
        Func<int, double, double> change,
        Func<double, double>? scale = null
    ) => DriftJudge.Judge(Pane(Profile(new(seed), reference, scale ?? (x => x)), new(seed + 1_000_000), current, change), new());

    private static IReadOnlyList<MonitorStatistic> Judge(ReferenceProfileBuilder builder, int rows, Func<int, double> value)
    {
        var layout = Traffic.Layout(1, builder.Build().ToBytes(), categories: 0);
        var pane = new PaneSketch(PaneShape.Of(layout));
        for (var i = 0; i < rows; i++)
        {
            pane.Add([value(i)], [], double.NaN);
        }

        return DriftJudge.Judge(pane, new());
    }

    private static IReadOnlyList<MonitorStatistic> Judge(ReferenceProfile profile, string?[] values)
    {
        var pane = new PaneSketch(PaneShape.Of(Traffic.Layout(0, profile.ToBytes())));
        foreach (var value in values)
        {
            pane.Add([], [CategoryHash.Of(value)], double.NaN);
        }

        return DriftJudge.Judge(pane, new());
    }

    private static ReferenceProfile Profile(Simulation simulation, int rows, Func<double, double> scale)
    {
        var builder = new ReferenceProfileBuilder();
        for (var column = 0; column < Columns; column++)
        {
            builder.AddNumeric("x" + column, [.. simulation.Normals(rows).Select(scale)]);
        }

        return builder.Build();
    }

    private static PaneSketch Pane(ReferenceProfile profile, Simulation simulation, int rows, Func<int, double, double> change)
    {
        var pane = new PaneSketch(PaneShape.Of(Traffic.Layout(Columns, profile.ToBytes(), categories: 0)));
        var row = new double[Columns];
        for (var i = 0; i < rows; i++)
        {
            for (var column = 0; column < Columns; column++)
            {
                row[column] = change(column, simulation.Normal());
            }

            pane.Add(row, [], double.NaN);
        }

        return pane;
    }

    private static double[] Repeat(double value, int n) => [.. Enumerable.Repeat(value, n)];
}
