using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceStatisticsTests
{
    private const string OfM7 =
        """{"name":"m","version":"7","last_inference":1767225600123,"inference_count":12,"execution_count":4,"inference_stats":{"success":{"count":5,"ns":1000500},"fail":{"count":1,"ns":200},"queue":{"count":5,"ns":300},"compute_input":{"count":5,"ns":400},"compute_infer":{"count":5,"ns":500},"compute_output":{"count":5,"ns":600},"cache_hit":{"count":0,"ns":0},"cache_miss":{"count":0,"ns":0}},"batch_stats":[{"batch_size":1,"compute_input":{"count":0,"ns":0},"compute_infer":{"count":3,"ns":700},"compute_output":{"count":0,"ns":0}},{"batch_size":9,"compute_input":{"count":0,"ns":0},"compute_infer":{"count":1,"ns":800},"compute_output":{"count":0,"ns":0}}]}""";

    [Theory]
    [InlineData("/v2/models/stats", 3)]
    [InlineData("/v2/models/m/stats", 2)]
    [InlineData("/v2/models/m/versions/7/stats", 1)]
    public async Task What_was_done_is_told_in_nanoseconds(string path, int count)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var m7 = new ModelStatistics(
            new("m", 7),
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, TimeSpan.Zero),
            12,
            new(5, TimeSpan.FromTicks(10_005)),
            new(1, TimeSpan.FromTicks(2)),
            new(5, TimeSpan.FromTicks(3)),
            new(5, TimeSpan.FromTicks(4)),
            new(5, TimeSpan.FromTicks(5)),
            new(5, TimeSpan.FromTicks(6)),
            [new(1, new(3, TimeSpan.FromTicks(7))), new(9, new(1, TimeSpan.FromTicks(8)))]
        );
        fixture.Models.Statistics = [m7, m7 with { Version = new("m", 8), LastPrediction = null }, m7 with { Version = new("other", 7) }];
        var reply = await fixture.GetAsync(path);
        Assert.Equal(200, reply.Status);
        Assert.StartsWith("""{"model_stats":[""" + OfM7, reply.Text, StringComparison.Ordinal);
        Assert.Equal(count, reply.Text.Split("inference_count").Length - 1);
        Assert.Equal(count > 1, reply.Text.Contains("""{"name":"m","version":"8","last_inference":0,""", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v2/models/m/stats", 404)]
    [InlineData("/v2/models/m/versions/0/stats", 404)]
    [InlineData("/v2/models/m/versions/x/stats", 404)]
    public async Task What_does_not_exist_has_none(string path, int status)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        fixture.Models.Description = model => throw new AssetNotFoundException(new(AssetKind.Model, model.Name));
        var reply = await fixture.GetAsync(path);
        Assert.Equal(status, reply.Status);
        Assert.NotEmpty(reply.Error);
    }
}
