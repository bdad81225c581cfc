using System.Globalization;
using Grpc.Core;
using MlPlatform.AspNetCore.Internal;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>The rates are so low that no test can last until the next request is allowed.</summary>
public sealed class InferenceQuotaTests
{
    private const string Json = """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1]}]}""";
    private const double OneInAThousandSeconds = 0.001;

    [Fact]
    public async Task A_client_that_asks_too_often_is_told_when_to_come_back_and_others_are_answered()
    {
        await using var fixture = await InferenceFixture.StartAsync(o => o.MaxClientRate = OneInAThousandSeconds, withPolicies: true);
        Assert.Equal(200, (await AskAsync(fixture, TestAuthentication.Reader)).Status);
        var refused = await AskAsync(fixture, TestAuthentication.Reader);
        Assert.Equal(429, refused.Status);
        Assert.Equal("This caller may send 0.001 inference requests a second here. Try again later.", refused.Error);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 1000);
        Assert.Equal(200, (await AskAsync(fixture, TestAuthentication.Writer)).Status);
        Assert.Equal(
            200,
            (await fixture.Host.SendAsync("GET", "/v2/models/m", null, $"Authorization: {TestAuthentication.Reader}")).Status
        );
    }

    [Fact]
    public async Task Callers_without_a_name_are_told_apart_by_their_address()
    {
        await using var fixture = await InferenceFixture.StartAsync(o => o.MaxClientRate = OneInAThousandSeconds);
        Assert.Equal(200, (await fixture.PostAsync(InferenceFixture.Infer, Json)).Status);
        Assert.Equal(429, (await fixture.PostAsync(InferenceFixture.Infer, Json)).Status);
        Assert.Equal(200, (await fixture.PostAsync(InferenceFixture.Infer, Json, $"{WebHost.Remote}: 127.0.0.2")).Status);
    }

    [Fact]
    public async Task A_model_that_is_asked_too_often_is_refused_and_others_answer()
    {
        await using var fixture = await InferenceFixture.StartAsync(o => o.MaxModelRate = OneInAThousandSeconds);
        Assert.Equal(200, (await fixture.PostAsync(InferenceFixture.Infer, Json)).Status);
        var refused = await fixture.PostAsync("/v2/models/m/versions/3/infer", Json);
        Assert.Equal((429, "Model 'm' takes 0.001 inference requests a second here. Try again later."), (refused.Status, refused.Error));
        Assert.Equal(200, (await fixture.PostAsync("/v2/models/n/infer", Json)).Status);
    }

    [Fact]
    public async Task As_many_as_a_second_allows_may_come_at_once()
    {
        await using var fixture = await InferenceFixture.StartAsync(o => o.MaxClientRate = 5);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await fixture.PostAsync(InferenceFixture.Infer, Json)).Status);
        }
    }

    [Fact]
    public async Task Over_gRPC_it_is_the_status_for_exhausted_resources_and_when_to_come_back()
    {
        await using var fixture = await GrpcFixture.StartAsync(o => o.MaxClientRate = OneInAThousandSeconds);
        var request = GrpcFixture.Raw("INT8", [1], 1);
        Assert.Single((await fixture.InferAsync(request)).Outputs);
        var error = await fixture.RefusalAsync(request);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.InRange(long.Parse(error.Trailers.GetValue(GrpcStatus.Pushback)!, CultureInfo.InvariantCulture), 1, 1_000_000);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0.0001)]
    [InlineData(1e6)]
    [InlineData(double.NaN)]
    public async Task The_options_have_a_range(double rate)
    {
        var client = await Assert.ThrowsAnyAsync<Exception>(() => InferenceFixture.StartAsync(o => o.MaxClientRate = rate));
        Assert.Contains("MlPlatform:AspNetCore:MaxClientRate", client.Message, StringComparison.Ordinal);
        var model = await Assert.ThrowsAnyAsync<Exception>(() => InferenceFixture.StartAsync(o => o.MaxModelRate = rate));
        Assert.Contains("MlPlatform:AspNetCore:MaxModelRate", model.Message, StringComparison.Ordinal);
    }

    private static Task<RawReply> AskAsync(InferenceFixture fixture, string caller) =>
        fixture.PostAsync(InferenceFixture.Infer, Json, $"Authorization: {caller}");
}
