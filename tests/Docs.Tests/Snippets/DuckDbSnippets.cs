using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Features.DuckDb;

namespace Docs.Tests.Snippets;

public sealed class DuckDbSnippets : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2001, 4, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-docs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Joins_and_aggregates_over_parquet()
    {
        var (flightsFile, decisionsFile) = (Path.Combine(folder, "flights.parquet"), Path.Combine(folder, "decisions.parquet"));
        await WriteAsync(flightsFile, decisionsFile);

        using var engine = new DuckDbOfflineEngine(new DuckDbOptions());
        var flights = new ParquetTable([flightsFile]);
        var history = new OfflineSource(flights, ["carrier"], "departed_at");
        var view = new PointInTimeView(history, ["carrier"], [("delay", "last_delay")]) { TimeToLive = TimeSpan.FromDays(7) };
        var frame = new OfflineFrame(new ParquetTable([decisionsFile]), "decided_at");

        OfflineResult joined = await engine.JoinAsync(frame, view);
        Console.WriteLine($"{joined.Matched} matched, {joined.OutOfTimeToLive} too old, {joined.NoRow} without a row");

        var window = new WindowFeature("mean_delay_1h", AggregateFunction.Mean, "delay", TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        OfflineResult means = await engine.AggregateAsync(frame, new WindowedView(history, ["carrier"], [window]));

        Assert.Equal((1, 0, 1), (joined.Matched, joined.OutOfTimeToLive, joined.NoRow));
        Assert.Equal(30.0, means.Columns.Single(c => c.Column.Name == "mean_delay_1h")[0]);
    }

    [Fact]
    public void Registration_takes_options()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UseSqlite().UseDuckDb(o => o.MemoryLimitBytes = 512L << 20).AddFeatures();

        using var provider = services.BuildServiceProvider();
        Assert.IsType<DuckDbOfflineEngine>(provider.GetRequiredService<IOfflineEngine>());
    }

    private static async Task WriteAsync(string flights, string decisions)
    {
        using var engine = new DuckDbOfflineEngine(new DuckDbOptions());
        await engine.WriteParquetAsync(
            new RowTable(
                new([new("carrier", DataType.String), new("departed_at", DataType.Timestamp), new("delay", DataType.Float64)]),
                AsyncRows(
                    [FeatureValue.Of("AA"), FeatureValue.Of(Noon.AddHours(-2)), FeatureValue.Of(10.0)],
                    [FeatureValue.Of("AA"), FeatureValue.Of(Noon.AddMinutes(-30)), FeatureValue.Of(30.0)]
                )
            ),
            flights
        );
        await engine.WriteParquetAsync(
            new RowTable(
                new([new("carrier", DataType.String), new("decided_at", DataType.Timestamp)]),
                AsyncRows([FeatureValue.Of("AA"), FeatureValue.Of(Noon)], [FeatureValue.Of("UA"), FeatureValue.Of(Noon)])
            ),
            decisions
        );
    }

    private static IAsyncEnumerable<FeatureValue[]> AsyncRows(params FeatureValue[][] rows) => rows.ToAsyncEnumerable();
}
