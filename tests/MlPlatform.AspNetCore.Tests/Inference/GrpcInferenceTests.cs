using CsCheck;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class GrpcInferenceTests : IAsyncLifetime
{
    private GrpcFixture fixture = null!;

    public async ValueTask InitializeAsync() => fixture = await GrpcFixture.StartAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Theory]
    [MemberData(nameof(TensorBytes.OfTwo), MemberType = typeof(TensorBytes))]
    public async Task Every_datatype_comes_back_to_the_bit_as_bytes(string datatype, string hex)
    {
        var answer = await fixture.InferAsync(GrpcFixture.Raw(datatype, [2], Convert.FromHexString(hex)));
        Assert.Equal(hex, Convert.ToHexString(Assert.Single(answer.RawOutputContents).Span));
        var output = Assert.Single(answer.Outputs);
        Assert.Equal(("x", datatype, null, 2), (output.Name, output.Datatype, output.Contents, Assert.Single(output.Shape)));
        Assert.Equal(("m", "7", "mine"), (answer.ModelName, answer.ModelVersion, answer.Id));
        Assert.Equal("canary", answer.Parameters["route"].StringParam);
        Assert.Equal(ScriptedModels.MadeId.ToString(), answer.Parameters["prediction_id"].StringParam);
    }

    [Theory]
    [InlineData("BOOL", """{"boolContents":[true,false]}""")]
    [InlineData("INT8", """{"intContents":[-128,127]}""")]
    [InlineData("UINT8", """{"uintContents":[255,0]}""")]
    [InlineData("INT16", """{"intContents":[-32768,32767]}""")]
    [InlineData("UINT16", """{"uintContents":[65535,0]}""")]
    [InlineData("INT32", """{"intContents":[-2147483648,2147483647]}""")]
    [InlineData("UINT32", """{"uintContents":[4294967295,0]}""")]
    [InlineData("INT64", """{"int64Contents":["-9223372036854775808","9223372036854775807"]}""")]
    [InlineData("UINT64", """{"uint64Contents":["18446744073709551615","0"]}""")]
    [InlineData("FP32", """{"fp32Contents":["NaN",-1.5]}""")]
    [InlineData("FP64", """{"fp64Contents":["Infinity",5E-324]}""")]
    [InlineData("BYTES", """{"bytesContents":["","4oKs"]}""")]
    public async Task Every_datatype_comes_back_in_its_list(string datatype, string json)
    {
        var contents = InferTensorContents.Parser.ParseJson(json);
        var answer = await fixture.InferAsync(GrpcFixture.Typed(datatype, [2], contents));
        Assert.Empty(answer.RawOutputContents);
        Assert.Equal(contents, Assert.Single(answer.Outputs).Contents);
    }

    [Theory]
    [InlineData("INT8", """{"intContents":[128,0]}""", "'128'")]
    [InlineData("INT8", """{"intContents":[0,-129]}""", "'-129'")]
    [InlineData("INT16", """{"intContents":[32768,0]}""", "'32768'")]
    [InlineData("UINT8", """{"uintContents":[256,0]}""", "'256'")]
    [InlineData("UINT16", """{"uintContents":[65536,0]}""", "'65536'")]
    [InlineData("INT64", """{"intContents":[1,2]}""", "int64_contents")]
    [InlineData("FP32", """{"fp32Contents":[1]}""", "2 elements")]
    [InlineData("FP32", """{"fp32Contents":[1,2],"fp64Contents":[1]}""", "no other list")]
    [InlineData("FP16", """{"fp32Contents":[1,2]}""", "raw_input_contents")]
    [InlineData("BF16", "{}", "raw_input_contents")]
    [InlineData("BYTES", """{"bytesContents":["/w==",""]}""", "UTF-8")]
    [InlineData("FP8", "{}", "FP8")]
    public async Task Elements_that_do_not_fit_are_refused(string datatype, string json, string says)
    {
        var error = await fixture.RefusalAsync(GrpcFixture.Typed(datatype, [2], InferTensorContents.Parser.ParseJson(json)));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains(says, error.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FP32", "8 bytes", 1L, 2L)]
    [InlineData("BOOL", "not a value of BOOL", 5L)]
    [InlineData("BYTES", "element 0", 1L)]
    [InlineData("INT8", "whole number", -1L)]
    [InlineData("FP32", "larger than a request", long.MaxValue, long.MaxValue)]
    [InlineData("FP32", "larger than a request", 0L, long.MaxValue)]
    [InlineData("FP32", "16 dimensions", 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L)]
    public async Task Bytes_and_shapes_that_do_not_agree_are_refused(string datatype, string says, params long[] shape)
    {
        var error = await fixture.RefusalAsync(GrpcFixture.Raw(datatype, shape, 9, 9, 9, 9, 9));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains(says, error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_and_lists_do_not_mix()
    {
        var request = GrpcFixture.Raw("INT8", [1], 1);
        request.Inputs[0].Contents = new() { IntContents = { 1 } };
        Assert.Equal(StatusCode.InvalidArgument, (await fixture.RefusalAsync(request)).StatusCode);
        request = GrpcFixture.Raw("INT8", [1], 1);
        request.RawInputContents.Add(ByteString.Empty);
        Assert.Equal(StatusCode.InvalidArgument, (await fixture.RefusalAsync(request)).StatusCode);
        request = GrpcFixture.Raw("INT8", [1], 1);
        request.Inputs.Add(request.Inputs[0]);
        request.RawInputContents.Add(ByteString.CopyFrom(1));
        Assert.Contains("twice", (await fixture.RefusalAsync(request)).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requested_outputs_come_and_unknown_ones_are_refused()
    {
        var request = GrpcFixture.Raw("INT8", [1], 1);
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "x" });
        Assert.Single((await fixture.InferAsync(request)).Outputs);
        request.Outputs[0].Name = "z";
        Assert.Equal(StatusCode.InvalidArgument, (await fixture.RefusalAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Versions_and_names_are_resolved()
    {
        var request = GrpcFixture.Raw("INT8", [1], 1);
        await fixture.InferAsync(request);
        Assert.Equal("m@champion", fixture.Models.LastModel?.ToString());
        request.ModelVersion = "3";
        await fixture.InferAsync(request);
        Assert.Equal("m@v3", fixture.Models.LastModel?.ToString());
        request.ModelVersion = "x";
        Assert.Equal(StatusCode.NotFound, (await fixture.RefusalAsync(request)).StatusCode);
        request.ModelName = "";
        Assert.Equal(StatusCode.InvalidArgument, (await fixture.RefusalAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData(0, PredictionPriority.Normal)]
    [InlineData(1, PredictionPriority.High)]
    [InlineData(2, PredictionPriority.Normal)]
    [InlineData(3, PredictionPriority.Low)]
    public async Task What_a_caller_says_reaches_the_model(ulong priority, PredictionPriority expected)
    {
        var request = GrpcFixture.Raw("INT8", [1], 1);
        request.Parameters["timeout"] = new() { Int64Param = 30_000_000 };
        request.Parameters["priority"] = new() { Uint64Param = priority };
        var headers = new Metadata { { "mlp-routing-key", "k" }, { "mlp-segment", "s" } };
        await fixture.InferAsync(request, new(headers));
        var said = fixture.Models.LastOptions;
        Assert.Equal((expected, "k", "s", TimeSpan.FromSeconds(30)), (said.Priority, said.RoutingKey, said.Segment, said.Timeout));

        await fixture.InferAsync(request, new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1)));
        Assert.Equal(TimeSpan.FromSeconds(30), fixture.Models.LastOptions.Timeout);

        request.Parameters["timeout"] = new() { StringParam = "soon" };
        Assert.Equal(StatusCode.InvalidArgument, (await fixture.RefusalAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_timeout_ends_a_call()
    {
        fixture.Models.Answer = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return [];
        };
        var request = GrpcFixture.Raw("INT8", [1], 1);
        request.Parameters["timeout"] = new() { Int64Param = 1000 };
        Assert.Equal(StatusCode.DeadlineExceeded, (await fixture.RefusalAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_stream_answers_in_order_and_goes_on_after_an_error()
    {
        using var call = fixture.Stream();
        var good = GrpcFixture.Raw("INT8", [1], 1);
        var bad = GrpcFixture.Raw("INT8", [2], 1);
        bad.Id = "bad";
        foreach (var request in new[] { good, bad, good })
        {
            await call.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync();
        Assert.Equal(["mine", "bad", "mine"], answers.Select(a => a.InferResponse.Id));
        Assert.Equal([true, false, true], answers.Select(a => a.ErrorMessage.Length == 0));
    }

    [Fact]
    public async Task A_server_that_stops_answers_what_it_works_on_and_ends_streams_that_wait()
    {
        var (asked, answer) = (Source(), Source());
        var clock = new WaitedClock(DrainService.AnswerTime);
        await using var stopping = await GrpcFixture.StartAsync(work: clock);
        stopping.Models.Answer = async (request, _) =>
        {
            asked.TrySetResult();
            await answer.Task;
            return ScriptedModels.Echo(request);
        };
        using var idle = stopping.Stream();
        using var busy = stopping.Stream();
        await idle.RequestStream.WriteAsync(GrpcFixture.Raw("INT8", [2], 1), TestContext.Current.CancellationToken); // Wrong, so that the model is not asked.
        Assert.True(await idle.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await busy.RequestStream.WriteAsync(GrpcFixture.Raw("INT8", [1], 1), TestContext.Current.CancellationToken);
        await asked.Task;

        var stopped = stopping.Host.StopAsync();
        var ended = await Assert.ThrowsAsync<RpcException>(() => idle.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        Assert.Contains("stopping", ended.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(ended.Trailers, t => t.Key == GrpcStatus.Pushback);
        Assert.False(stopped.IsCompleted);

        answer.SetResult();
        Assert.True(await busy.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal("mine", busy.ResponseStream.Current.InferResponse.Id);
        ended = await Assert.ThrowsAsync<RpcException>(() => busy.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unavailable, ended.StatusCode);
        await clock.Waited; // Both have read what they were told, over a connection that is still open.
        Assert.False(stopped.IsCompleted);
        clock.Advance(DrainService.AnswerTime);
        await stopped;
        Assert.DoesNotContain(stopping.Host.Logs, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_deadline_that_passes_while_a_model_works_ends_the_call_on_both_sides()
    {
        var ended = Source();
        fixture.Models.Answer = async (_, cancellationToken) =>
        {
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                return [];
            }
            finally
            {
                ended.SetResult();
            }
        };
        var options = new CallOptions(
            deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300),
            cancellationToken: TestContext.Current.CancellationToken
        );
        var refusal = await fixture.RefusalAsync(GrpcFixture.Raw("INT8", [1], 1), options);
        Assert.Equal(StatusCode.DeadlineExceeded, refusal.StatusCode);
        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        fixture.Models.Answer = (request, _) => ValueTask.FromResult(ScriptedModels.Echo(request));
        Assert.Equal("mine", (await fixture.InferAsync(GrpcFixture.Raw("INT8", [1], 1))).Id);
        Assert.DoesNotContain(fixture.Host.Logs, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task The_server_and_its_models_are_described()
    {
        Assert.True((await fixture.CallAsync(GrpcMethods.ServerLive, new())).Live);
        Assert.True((await fixture.CallAsync(GrpcMethods.ServerReady, new())).Ready);
        Assert.Equal("MlPlatform", (await fixture.CallAsync(GrpcMethods.ServerMetadata, new())).Name);
        Assert.True((await fixture.CallAsync(GrpcMethods.ModelReady, new() { Name = "m" })).Ready);
        var metadata = await fixture.CallAsync(GrpcMethods.ModelMetadata, new() { Name = "m", Version = "2" });
        Assert.Equal(("m", "2", "onnx_onnxv1"), (metadata.Name, metadata.Versions[0], metadata.Platform));
        Assert.Equal([-1, 2], metadata.Inputs[0].Shape);
        var config = (await fixture.CallAsync(GrpcMethods.ModelConfig, new() { Name = "m" })).Config;
        Assert.Equal(
            (8192, TensorDataType.TypeFp32, TensorDataType.TypeInt64),
            (config.MaxBatchSize, config.Input[0].DataType, config.Output[0].DataType)
        );
        Assert.Equal([2], config.Input[0].Dims);

        fixture.Models.Description = _ => throw new ModelUnavailableException("m@v1", new IOException("secret"));
        Assert.False((await fixture.CallAsync(GrpcMethods.ModelReady, new() { Name = "m" })).Ready);
    }

    [Fact]
    public async Task The_repository_lists_loads_and_lets_go()
    {
        fixture.Models.Open = [new("a@champion", new("a", 3), null, 0, null), new("b@v2", null, null, 0, "No such file.")];
        Assert.Equal(["READY", "UNAVAILABLE"], (await fixture.CallAsync(GrpcMethods.RepositoryIndex, new())).Models.Select(m => m.State));
        Assert.Single((await fixture.CallAsync(GrpcMethods.RepositoryIndex, new() { Ready = true })).Models);
        await fixture.CallAsync(GrpcMethods.RepositoryModelLoad, new() { ModelName = "a" });
        Assert.Equal("a@champion", fixture.Models.LastModel?.ToString());
        await fixture.CallAsync(GrpcMethods.RepositoryModelUnload, new() { ModelName = "a" });
        Assert.Equal(["a"], fixture.Models.Unloaded);
        foreach (var parameter in new[] { "file:1/model.onnx", "config", "other" })
        {
            var load = new RepositoryModelLoadRequest { ModelName = "a", Parameters = { [parameter] = new() } };
            var error = await Assert.ThrowsAsync<RpcException>(() => fixture.CallAsync(GrpcMethods.RepositoryModelLoad, load));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.StartsWith($"Parameter '{parameter}' is not supported", error.Status.Detail, StringComparison.Ordinal);
        }

        var unload = new RepositoryModelUnloadRequest
        {
            ModelName = "a",
            Parameters = { ["unload_dependents"] = new() { BoolParam = true } },
        };
        await fixture.CallAsync(GrpcMethods.RepositoryModelUnload, unload);
    }

    [Fact]
    public async Task Statistics_are_told_of_one_model_or_of_all()
    {
        var times = new TimeStatistics(2, TimeSpan.FromTicks(3));
        var of = new Serving.ModelStatistics(
            new("m", 7),
            DateTimeOffset.FromUnixTimeMilliseconds(5),
            9,
            times,
            default,
            times,
            times,
            times,
            times,
            [new(4, new(1, TimeSpan.FromTicks(2))), new(5, new(1, TimeSpan.FromTicks(4)))]
        );
        fixture.Models.Statistics = [of, of with { Version = new("n", 1) }];
        Assert.Equal(2, (await fixture.CallAsync(GrpcMethods.ModelStatistics, new())).ModelStats.Count);
        var answer = await fixture.CallAsync(GrpcMethods.ModelStatistics, new() { Name = "m", Version = "7" });
        var told = Assert.Single(answer.ModelStats);
        Assert.Equal(("m", "7", 5UL, 9UL, 2UL), (told.Name, told.Version, told.LastInference, told.InferenceCount, told.ExecutionCount));
        Assert.Equal((2UL, 300UL), (told.InferenceStats.Queue.Count, told.InferenceStats.Queue.Ns));
        Assert.Equal([(4UL, 200UL), (5UL, 400UL)], told.BatchStats.Select(b => (b.BatchSize, b.ComputeInfer.Ns)));
    }

    [Fact]
    public async Task Methods_that_are_not_answered_say_so()
    {
        var method = new Method<ModelInferRequest, ModelInferResponse>(
            MethodType.Unary,
            GrpcMethods.Service,
            "SystemSharedMemoryStatus",
            GrpcMethods.ModelInfer.RequestMarshaller,
            GrpcMethods.ModelInfer.ResponseMarshaller
        );
        var error = await Assert.ThrowsAsync<RpcException>(() => fixture.CallAsync(method, new()));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Mutated_messages_are_answered_or_refused_as_the_callers_mistake()
    {
        var message = GrpcFixture.Typed("BYTES", [2], new() { BytesContents = { ByteString.Empty, ByteString.CopyFromUtf8("a") } });
        message.Parameters["priority"] = new() { Uint64Param = 1 };
        var whole = message.ToByteArray();
        await Gen.Select(Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 3], Gen.Int[0, 3])
            .SampleAsync(
                async (mutations, cut) =>
                {
                    var bytes = whole[..^cut];
                    foreach (var (at, value) in mutations)
                    {
                        bytes[Math.Min(at, bytes.Length - 1)] = value;
                    }

                    var status = await fixture.SendAsync(bytes);
                    Assert.True(status is StatusCode.OK or StatusCode.InvalidArgument or StatusCode.NotFound, $"{status}");
                },
                iter: 1000
            );
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
