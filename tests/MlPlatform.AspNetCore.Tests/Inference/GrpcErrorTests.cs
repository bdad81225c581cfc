using Grpc.Core;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class GrpcErrorTests
{
    public static TheoryData<string> Cases => [.. Expected.Keys];

    private static Dictionary<string, (Exception Thrown, StatusCode Status, string? Pushback)> Expected { get; } =
        new (Exception Thrown, StatusCode Status, string? Pushback)[]
        {
            (new AssetNotFoundException(new(AssetKind.Model, "m")), StatusCode.NotFound, null),
            (new PredictionInputException("Input 'x' is missing."), StatusCode.InvalidArgument, null),
            (new ModelUnavailableException("m@v1", new IOException("secret")), StatusCode.Unavailable, "1000"),
            (new PredictionFailedException(new("m", 1), new IOException("secret")), StatusCode.Internal, null),
            (new ModelOverloadedException(new("m", 1), "busy", TimeSpan.FromMilliseconds(20.5)), StatusCode.ResourceExhausted, "21"),
            (new PredictionTimeoutException(new("m", 1), TimeSpan.FromSeconds(1)), StatusCode.DeadlineExceeded, null),
            (new OperationCanceledException("secret"), StatusCode.Internal, null),
            (new InvalidOperationException("secret"), StatusCode.Internal, null),
        }.ToDictionary(e => e.Thrown.GetType().Name, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_exception_becomes_a_status(string name)
    {
        await using var fixture = await GrpcFixture.StartAsync();
        var (thrown, status, pushback) = Expected[name];
        fixture.Models.Answer = (_, _) => throw thrown;
        var error = await fixture.RefusalAsync(GrpcFixture.Raw("INT8", [1], 1));
        Assert.Equal((status, pushback), (error.StatusCode, error.Trailers.GetValue(GrpcStatus.Pushback)));
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_model_refuses_before_tensors_are_read_unless_a_request_may_be_urgent()
    {
        await using var fixture = await GrpcFixture.StartAsync();
        fixture.Models.Busy = new(new("m", 1), "9 rows wait.", TimeSpan.FromMilliseconds(20));
        var request = GrpcFixture.Raw("NOTHING", [1], 1);
        var error = await fixture.RefusalAsync(request);
        Assert.Equal((StatusCode.ResourceExhausted, "20"), (error.StatusCode, error.Trailers.GetValue(GrpcStatus.Pushback)));
        request = GrpcFixture.Raw("INT8", [1], 1);
        request.Parameters["priority"] = new() { Int64Param = 1 };
        Assert.Single((await fixture.InferAsync(request)).Outputs);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_packed_or_not()
    {
        await using var fixture = await GrpcFixture.StartAsync(o => o.MaxInferenceBytes = 1 << 20);
        var request = GrpcFixture.Raw("INT8", [2 << 20], new byte[2 << 20]);
        Assert.Equal(StatusCode.ResourceExhausted, (await fixture.RefusalAsync(request)).StatusCode);
        var packed = new CallOptions(new Metadata { { "grpc-internal-encoding-request", "gzip" } });
        Assert.Equal(StatusCode.ResourceExhausted, (await fixture.RefusalAsync(request, packed)).StatusCode);
        var small = GrpcFixture.Raw("INT8", [900_000], new byte[900_000]);
        Assert.Single((await fixture.InferAsync(small, packed)).Outputs);
    }

    [Fact]
    public async Task Policies_hold_for_every_method()
    {
        await using var fixture = await GrpcFixture.StartAsync(withPolicies: true);
        var reader = new CallOptions(new Metadata { { "Authorization", TestAuthentication.Reader } });
        var request = GrpcFixture.Raw("INT8", [1], 1);
        Assert.True((await fixture.CallAsync(GrpcMethods.ServerLive, new())).Live);
        Assert.Equal(StatusCode.Unauthenticated, (await fixture.RefusalAsync(request)).StatusCode);
        Assert.Single((await fixture.InferAsync(request, reader)).Outputs);
        var error = await Assert.ThrowsAsync<RpcException>(() =>
            fixture.CallAsync(GrpcMethods.RepositoryModelUnload, new() { ModelName = "m" }, reader)
        );
        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
        Assert.Contains(MlPlatformPolicies.Admin, error.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(fixture.Models.Closed);
    }

    [Fact]
    public async Task Strangers_are_refused()
    {
        await using var fixture = await GrpcFixture.StartAsync();
        var strange = new CallOptions(new Metadata { { WebHost.Remote, "203.0.113.7" } });
        Assert.Equal(StatusCode.PermissionDenied, (await fixture.RefusalAsync(GrpcFixture.Raw("INT8", [1], 1), strange)).StatusCode);
    }
}
