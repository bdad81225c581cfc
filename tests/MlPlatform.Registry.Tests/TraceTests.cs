using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

public sealed class TraceTests : IAsyncLifetime
{
    private readonly RegistryHost host = new();
    private string experiment = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ITraces Traces => host.Get<ITraces>();

    public async ValueTask InitializeAsync() =>
        experiment = (await host.Get<IExperimentTracker>().CreateExperimentAsync("traced", cancellationToken: Cancel)).Id;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Spans_of_writers_that_race_make_one_trace_with_the_bounds_of_all()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i => Task.Run(() => Traces.LogSpansAsync(experiment, [Span("tr-1", i, 1000 + i, 2000 + i)], Cancel), Cancel))
        );

        var trace = await Traces.GetAsync("tr-1", Cancel);
        Assert.Equal(TraceState.Ok, trace!.State);
        Assert.Equal((DateTimeOffset.UnixEpoch.AddSeconds(1000), TimeSpan.FromSeconds(1015)), (trace.RequestTime, trace.Duration));
        var spans = await Traces.GetSpansAsync("tr-1", Cancel);
        Assert.Equal(16, spans.Count);
        Assert.Null(spans[0].ParentId);
        Assert.Equal("content 0", Encoding.UTF8.GetString(spans[0].Content.Span));
        Assert.Equal(spans.Skip(1).Select(s => s.StartNanoseconds).Order(), spans.Skip(1).Select(s => s.StartNanoseconds));
    }

    [Fact]
    public async Task A_description_and_spans_may_come_in_any_order()
    {
        await Traces.LogSpansAsync(experiment, [Span("tr-1", 0, 10, 20)], Cancel);
        var described = await Traces.DescribeAsync(Info("tr-1", 5), Cancel);
        await Traces.LogSpansAsync(experiment, [Span("tr-1", 1, 12, 30)], Cancel);

        var trace = await Traces.GetAsync("tr-1", Cancel);
        Assert.Equal("asked", described.RequestPreview);
        Assert.Equal((TraceState.Error, "asked"), (trace!.State, trace.RequestPreview)); // What was said is not unsaid by a span.
        Assert.Equal("1", trace.Tags["t"]);
        Assert.Equal("2", trace.Metadata["m"]);
        Assert.Equal(TimeSpan.FromSeconds(25), trace.Duration);
    }

    [Fact]
    public async Task Traces_are_searched_in_pages_tagged_and_deleted()
    {
        for (var i = 0; i < 25; i++)
        {
            await Traces.DescribeAsync(Info($"tr-{i:00}", i), Cancel);
        }

        await Traces.SetTagAsync("tr-07", "env", "prod", Cancel);
        var found = await Traces.SearchAsync(
            new() { ExperimentIds = [experiment], Filter = "tags.env = 'prod' AND metadata.m = '2'" },
            Cancel
        );
        Assert.Equal("tr-07", Assert.Single(found.Items).Id);
        await Traces.DeleteTagAsync("tr-07", "env", Cancel);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Traces.DeleteTagAsync("tr-07", "env", Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Traces.SetTagAsync("tr-99", "env", "prod", Cancel));

        var query = new TraceQuery
        {
            ExperimentIds = [experiment],
            Filter = "status = 'ERROR' AND execution_time_ms >= 1000",
            Limit = 10,
        };
        var ids = new List<string>();
        do
        {
            var page = await Traces.SearchAsync(query, Cancel);
            ids.AddRange(page.Items.Select(t => t.Id));
            query = query with { PageToken = page.NextPageToken };
        } while (query.PageToken is not null);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"tr-{i:00}"), ids);
        Assert.Equal(5, await Traces.DeleteAsync(experiment, DateTimeOffset.UnixEpoch.AddSeconds(9), 5, Cancel));
        Assert.Equal(5, await Traces.DeleteAsync(experiment, DateTimeOffset.UnixEpoch.AddSeconds(9), null, Cancel));
        Assert.Equal(1, await Traces.DeleteAsync(experiment, ["tr-10", "tr-00", "other"], Cancel));
        Assert.Equal(14, (await Traces.SearchAsync(new(), Cancel)).Items.Count);
    }

    [Fact]
    public async Task A_trace_is_where_it_was_described_whatever_its_spans_came_with()
    {
        var other = (await host.Get<IExperimentTracker>().CreateExperimentAsync("other", cancellationToken: Cancel)).Id;
        await Traces.LogSpansAsync(other, [Span("tr-1", 0, 1, 2)], Cancel);
        Assert.Equal(other, (await Traces.GetAsync("tr-1", Cancel))!.ExperimentId);
        await Traces.DescribeAsync(Info("tr-1", 1), Cancel);
        await Traces.LogSpansAsync(other, [Span("tr-0", 0, 1, 2), Span("tr-1", 1, 1, 2)], Cancel);
        Assert.Equal(experiment, (await Traces.GetAsync("tr-1", Cancel))!.ExperimentId);
        Assert.Equal(2, (await Traces.GetSpansAsync("tr-1", Cancel)).Count);
        Assert.Equal(["tr-1"], (await Traces.SearchAsync(new() { ExperimentIds = [experiment] }, Cancel)).Items.Select(t => t.Id));
        Assert.Equal(["tr-0"], (await Traces.SearchAsync(new() { ExperimentIds = [other] }, Cancel)).Items.Select(t => t.Id));
    }

    [Fact]
    public async Task What_belongs_nowhere_is_refused_whole()
    {
        var other = (await host.Get<IExperimentTracker>().CreateExperimentAsync("other", cancellationToken: Cancel)).Id;
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Traces.LogSpansAsync("99", [Span("tr-2", 0, 1, 2)], Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Traces.DescribeAsync(Info("tr-2", 1) with { ExperimentId = "99" }, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Traces.DescribeAsync(Info("a/b", 1), Cancel));
        await host.Get<IExperimentTracker>().DeleteExperimentAsync(other, Cancel);
        await Assert.ThrowsAsync<AssetDeletedException>(() => Traces.LogSpansAsync(other, [Span("tr-3", 0, 1, 2)], Cancel));
        Assert.Null(await Traces.GetAsync("tr-2", Cancel));
        Assert.Null(await Traces.GetAsync("tr-3", Cancel));
    }

    private TraceInfo Info(string id, int second) =>
        new()
        {
            Id = id,
            ExperimentId = experiment,
            RequestPreview = "asked",
            RequestTime = DateTimeOffset.UnixEpoch.AddSeconds(second),
            Duration = TimeSpan.FromSeconds(1),
            State = TraceState.Error,
            Tags = new Dictionary<string, string> { ["t"] = "1" },
            Metadata = new Dictionary<string, string> { ["m"] = "2" },
        };

    private static TraceSpan Span(string trace, int number, long start, long end) =>
        new(trace, $"{number:x16}", $"span {number}", start * 1_000_000_000, Encoding.UTF8.GetBytes($"content {number}"))
        {
            ParentId = number == 0 ? null : $"{0:x16}",
            EndNanoseconds = end * 1_000_000_000,
        };
}
