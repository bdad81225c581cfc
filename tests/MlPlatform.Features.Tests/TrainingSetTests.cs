using System.Text.Json;

namespace MlPlatform.Features.Tests;

public sealed class TrainingSetTests
{
    private static readonly DateTimeOffset Now = FeaturesHost.Start;

    private sealed record NoOrigin(DateTimeOffset At, double Distance, int Hour);

    private sealed record TwoTimes(string Origin, DateTimeOffset At, DateTimeOffset Other);

    [Fact]
    public async Task Training_set_keeps_rows_columns_and_order_and_survives_as_bytes()
    {
        await using var host = new FeaturesHost();
        await host.Store.PushAsync("landings", Rows.Many(3, Now));
        Query[] rows = [Rows.Ask(Now), Rows.Ask(Now - TimeSpan.FromDays(1)), Rows.Ask(Now), Rows.Ask(Now, null)];

        var set = await host.Store.GetTrainingSetAsync(rows, "flight");
        Assert.Equal(["origin", "at", "distance", "hour", "label"], set.Columns.Take(5).Select(c => c.Column.Name));
        Assert.Equal(4, set.RowCount);
        Assert.Equal([3L, 0L, 3L, null], Enumerable.Range(0, 4).Select(i => (long?)set["flights"][i]));
        Assert.Equal("flight@v1", set.Service);
        Assert.Contains("distance_per_delay", set.FeatureNames);

        var read = TrainingSet.FromBytes(set.ToBytes());
        Assert.Equal(set.Digest, read.Digest);
        Assert.Equal(set.Schema, read.Schema);
        Assert.Equal(set.Views, read.Views);
        Assert.Equal(set.Digest, (await host.Store.GetTrainingSetAsync(rows, "flight@v1")).Digest);
        Assert.NotEqual(set.Digest, (await host.Store.GetTrainingSetAsync(rows[..3], "flight")).Digest);
    }

    [Fact]
    public async Task Columns_of_a_training_set_are_summed_up_and_the_sum_is_kept()
    {
        await using var host = new FeaturesHost();
        await host.Store.PushAsync("landings", Rows.Many(3, Now));
        await host.Store.GetTrainingSetAsync([Rows.Ask(Now), Rows.Ask(Now - TimeSpan.FromDays(1)), Rows.Ask(Now, null)], "flight");

        var said = Assert.Single(await host.Get<IServiceProvider>().ReadSettledAsync(new() { Types = [EventTypes.FeatureStats] }));
        Assert.Equal("service:flight@v1", said.Subject.ToString());
        Assert.Equal(3, said.Payload.GetProperty("rows").GetInt32());
        Assert.Equal(Now - TimeSpan.FromDays(1), said.Payload.GetProperty("windowStart").GetDateTimeOffset());
        Assert.Equal(Now, said.Payload.GetProperty("windowEnd").GetDateTimeOffset());
        var digest = ArtifactDigest.Parse(said.Payload.GetProperty("digest").GetString()!);
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero);
        using var summary = JsonDocument.Parse(await host.Get<IArtifactStore>().ReadBytesAsync(digest));
        var columns = summary.RootElement.GetProperty("columns").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.Equal((1, 1), (columns["origin"].GetProperty("nulls").GetInt32(), columns["origin"].GetProperty("distinct").GetInt32()));
        Assert.Equal(
            (0, 3),
            (columns["flights"].GetProperty("minimum").GetDouble(), columns["flights"].GetProperty("maximum").GetDouble())
        );
        Assert.Equal(1.5, columns["flights"].GetProperty("mean").GetDouble());
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var error = Assert.Throws<BlobFormatException>(() => TrainingSet.FromBytes(new byte[40]));
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public async Task Missing_column_is_named()
    {
        await using var host = new FeaturesHost();
        var error = await Assert.ThrowsAsync<FeatureInputException>(() =>
            host.Store.GetTrainingSetAsync([new NoOrigin(Now, 1, 2)], "flight")
        );
        Assert.Equal("origin", error.Column);
    }

    [Fact]
    public async Task Time_column_must_be_named_when_there_are_several()
    {
        await using var host = new FeaturesHost();
        TwoTimes[] rows = [new("ATL", Now, Now)];
        var error = await Assert.ThrowsAsync<FeatureInputException>(() => host.Store.GetTrainingSetAsync(rows, "narrow"));
        Assert.Contains("at, other", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Store.GetTrainingSetAsync(rows, "narrow", new() { EventTime = "other" })).RowCount);
    }

    [Fact]
    public async Task Known_at_uses_only_what_was_recorded_by_then()
    {
        await using var host = new FeaturesHost();
        var early = Rows.At("early", Now - TimeSpan.FromMinutes(20)) with { Recorded = Now - TimeSpan.FromMinutes(20) };
        var late = Rows.At("late", Now - TimeSpan.FromMinutes(10)) with { Recorded = Now };
        await host.Store.PushAsync("landings", [early, late]);
        Query[] rows = [Rows.Ask(Now - TimeSpan.FromMinutes(5)), Rows.Ask(Now)];

        var known = await host.Store.GetTrainingSetAsync(rows, "flight", new() { KnownAt = true });
        Assert.Equal(["early", "late"], known["last__id"].As<string>().ToArray());
        Assert.Equal([1L, 2L], known["flights"].As<long>().ToArray());
        var all = await host.Store.GetTrainingSetAsync(rows, "flight");
        Assert.Equal(["late", "late"], all["last__id"].As<string>().ToArray());
        Assert.Equal(1, all.Views.Single(v => v.View == "last_landing").Late);
    }

    [Fact]
    public async Task Reads_are_recorded_as_consumption_of_the_service()
    {
        await using var host = new FeaturesHost();
        await host.Store.GetTrainingSetAsync([Rows.Ask(Now)], "flight");
        await host.ReadAsync(Rows.Ask(Now));
        await host.Get<IConsumptionRecorder>().FlushAsync();

        var events = (await host.Get<IServiceProvider>().ReadSettledAsync(new EventQuery()))
            .Where(e => e.Type == EventTypes.FeatureRead)
            .ToArray();
        Assert.Equal(["online", "train"], events.Select(e => e.Payload.GetProperty("mode").GetString()).Order());
        Assert.All(events, e => Assert.Equal("service:flight@v1", e.Subject.ToString()));
    }
}
