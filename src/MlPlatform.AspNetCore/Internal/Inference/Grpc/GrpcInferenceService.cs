using Grpc.Core;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What gRPC calls. The methods have the protocol's names, by which the framework finds them.</summary>
[BindServiceMethod(typeof(GrpcInferenceService), nameof(BindService))]
internal sealed class GrpcInferenceService(GrpcInference inference, GrpcCalls calls, RequestDrain drain) : IGrpcInferenceService
{
    /// <summary>Says which methods there are; the framework finds the implementation by the method's name.</summary>
    public static void BindService(ServiceBinderBase binder, GrpcInferenceService? service)
    {
        binder.AddMethod(GrpcMethods.ServerLive, service is null ? null : service.ServerLive);
        binder.AddMethod(GrpcMethods.ServerReady, service is null ? null : service.ServerReady);
        binder.AddMethod(GrpcMethods.ServerMetadata, service is null ? null : service.ServerMetadata);
        binder.AddMethod(GrpcMethods.ModelReady, service is null ? null : service.ModelReady);
        binder.AddMethod(GrpcMethods.ModelMetadata, service is null ? null : service.ModelMetadata);
        binder.AddMethod(GrpcMethods.ModelConfig, service is null ? null : service.ModelConfig);
        binder.AddMethod(GrpcMethods.ModelStatistics, service is null ? null : service.ModelStatistics);
        binder.AddMethod(GrpcMethods.ModelInfer, service is null ? null : service.ModelInfer);
        binder.AddMethod(GrpcMethods.ModelStreamInfer, service is null ? null : service.ModelStreamInfer);
        binder.AddMethod(GrpcMethods.RepositoryIndex, service is null ? null : service.RepositoryIndex);
        binder.AddMethod(GrpcMethods.RepositoryModelLoad, service is null ? null : service.RepositoryModelLoad);
        binder.AddMethod(GrpcMethods.RepositoryModelUnload, service is null ? null : service.RepositoryModelUnload);
    }

    public Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => Task.FromResult(new ServerLiveResponse { Live = true }));

    public Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => Task.FromResult(inference.Ready()));

    public Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => Task.FromResult(GrpcInference.DescribeServer()));

    public Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.IsReadyAsync(request, context.CancellationToken));

    public Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.DescribeAsync(request, context.CancellationToken));

    public Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.ConfigureAsync(request, context.CancellationToken));

    public Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.ListStatisticsAsync(request, context.CancellationToken));

    public Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.InferAsync(request, context));

    /// <summary>Requests are answered in order. What is wrong with one is its answer, and the next is read; none is once the server is about to close.</summary>
    public Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requests,
        IServerStreamWriter<ModelStreamInferResponse> responses,
        ServerCallContext context
    ) =>
        calls.RunAsync(
            context,
            async () =>
            {
                while (await ReadAsync(requests, context).ConfigureAwait(false))
                {
                    var answer = await AnswerAsync(requests.Current, context).ConfigureAwait(false);
                    await responses.WriteAsync(answer, context.CancellationToken).ConfigureAwait(false);
                }

                return true;
            }
        );

    public Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => Task.FromResult(inference.List(request)));

    public Task<RepositoryModelLoadResponse> RepositoryModelLoad(RepositoryModelLoadRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.LoadAsync(request, context.CancellationToken));

    public Task<RepositoryModelUnloadResponse> RepositoryModelUnload(RepositoryModelUnloadRequest request, ServerCallContext context) =>
        calls.RunAsync(context, () => inference.UnloadAsync(request, context.CancellationToken));

    /// <returns>False when the caller has no more.</returns>
    private async Task<bool> ReadAsync(IAsyncStreamReader<ModelInferRequest> requests, ServerCallContext context)
    {
        var read = requests.MoveNext(context.CancellationToken);
        if (!read.IsCompleted)
        {
            await Task.WhenAny(read, drain.Closing).ConfigureAwait(false); // An idle stream would hold the server up until the host's time is over.
        }

        var isMore = !read.IsCompleted || await read.ConfigureAwait(false);
        return isMore && drain.Closing.IsCompleted ? throw drain.EndStream() : isMore;
    }

    private async Task<ModelStreamInferResponse> AnswerAsync(ModelInferRequest request, ServerCallContext context)
    {
        try
        {
            return new()
            {
                InferResponse = await calls.RunAsync(context, () => inference.InferAsync(request, context)).ConfigureAwait(false),
            };
        }
        catch (RpcException e) when (!context.CancellationToken.IsCancellationRequested)
        {
            // The client tells by the id which request it was.
            return new()
            {
                ErrorMessage = e.Status.Detail,
                InferResponse = new() { Id = request.Id },
            };
        }
    }
}
