using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A server of scripted models and a client of its gRPC side.</summary>
internal sealed class GrpcFixture(WebHost host, ScriptedModels models) : IAsyncDisposable
{
    private readonly GrpcChannel channel = GrpcChannel.ForAddress(
        host.Client.BaseAddress!,
        new() { MaxSendMessageSize = null, MaxReceiveMessageSize = null }
    );

    public WebHost Host => host;

    public ScriptedModels Models => models;

    public static async Task<GrpcFixture> StartAsync(
        Action<AspNetCoreOptions>? configure = null,
        bool withPolicies = false,
        TimeProvider? work = null
    )
    {
        var models = new ScriptedModels();
        return new(
            await WebHost.StartAsync(
                configure,
                services: s => s.AddSingleton<IInferenceServer>(models).AddKeyedSingleton(Clocks.WorkKey, work ?? TimeProvider.System),
                withPolicies: withPolicies,
                withHttp2: true
            ),
            models
        );
    }

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        TRequest request,
        CallOptions options = default
    )
        where TRequest : class
        where TResponse : class => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, options, request);

    public Task<ModelInferResponse> InferAsync(ModelInferRequest request, CallOptions options = default) =>
        CallAsync(GrpcMethods.ModelInfer, request, options);

    public async Task<RpcException> RefusalAsync(ModelInferRequest request, CallOptions options = default) =>
        await Assert.ThrowsAsync<RpcException>(() => InferAsync(request, options));

    /// <summary>Sends bytes that need not be a message.</summary>
    public async Task<StatusCode> SendAsync(byte[] message)
    {
        var bytes = Marshallers.Create<byte[]>(b => b, b => b);
        var method = new Method<byte[], byte[]>(MethodType.Unary, GrpcMethods.Service, "ModelInfer", bytes, bytes);
        try
        {
            await CallAsync(method, message);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    public AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> Stream() =>
        channel.CreateCallInvoker().AsyncDuplexStreamingCall(GrpcMethods.ModelStreamInfer, null, default);

    public static ModelInferRequest Raw(string datatype, long[] shape, params byte[] bytes)
    {
        var request = Typed(datatype, shape, null);
        request.RawInputContents.Add(ByteString.CopyFrom(bytes));
        return request;
    }

    public static ModelInferRequest Typed(string datatype, long[] shape, InferTensorContents? contents) =>
        new()
        {
            ModelName = "m",
            Id = "mine",
            Inputs =
            {
                new ModelInferRequest.Types.InferInputTensor
                {
                    Name = "x",
                    Datatype = datatype,
                    Shape = { shape },
                    Contents = contents,
                },
            },
        };

    public ValueTask DisposeAsync()
    {
        channel.Dispose();
        return host.DisposeAsync();
    }
}
