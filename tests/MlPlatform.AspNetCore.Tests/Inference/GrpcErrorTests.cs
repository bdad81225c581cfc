using System.Text;
using Grpc.Core;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class GrpcErrorTests
{
    private const byte Data = 0; // Frames of HTTP/2.
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

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

    /// <summary>Clients in C++ and Python know a status that comes before a call begins only from headers that end the stream.</summary>
    [Fact]
    public async Task A_refusal_before_a_call_begins_is_headers_that_end_the_stream()
    {
        await using var fixture = await GrpcFixture.StartAsync();
        using var client = await RawHttp.ConnectAsync(fixture.Host.Port);
        var stream = client.GetStream();
        (string Name, string Value)[] headers =
        [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", $"/{GrpcMethods.Service}/ModelInfer"),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("x-forwarded-for", "203.0.113.7"),
        ];
        byte[] request =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(Settings, 0, 0, []),
            .. Frame(Headers, EndHeaders, 1, [.. headers.SelectMany(h => (byte[])[0, .. Text(h.Name), .. Text(h.Value)])]),
            .. Frame(Data, EndStream, 1, new byte[5]),
        ];
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        while (true)
        {
            var head = new byte[9];
            await stream.ReadExactlyAsync(head, TestContext.Current.CancellationToken);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], TestContext.Current.CancellationToken);
            if (head[8] == 1) // The stream of the call; 0 is the connection's.
            {
                Assert.Equal((Headers, EndHeaders | EndStream), (head[3], head[4]));
                break;
            }
        }

        static byte[] Text(string value) => [(byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
        static byte[] Frame(byte type, byte flags, byte id, byte[] payload) =>
            [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, id, .. payload];
    }

    [Theory]
    [InlineData("classification")]
    [InlineData("shared_memory_region")]
    public async Task Extensions_that_are_not_there_are_refused(string parameter)
    {
        await using var fixture = await GrpcFixture.StartAsync();
        var request = GrpcFixture.Raw("INT8", [1], 1);
        request.Outputs.Add(
            new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "x", Parameters = { [parameter] = new() { Int64Param = 1 } } }
        );
        var error = await fixture.RefusalAsync(request);
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains(parameter, error.Status.Detail, StringComparison.Ordinal);
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
        Assert.Empty(fixture.Models.Unloaded);
    }

    [Fact]
    public async Task Strangers_are_refused()
    {
        await using var fixture = await GrpcFixture.StartAsync();
        var strange = new CallOptions(new Metadata { { WebHost.Remote, "203.0.113.7" } });
        Assert.Equal(StatusCode.PermissionDenied, (await fixture.RefusalAsync(GrpcFixture.Raw("INT8", [1], 1), strange)).StatusCode);
    }
}
