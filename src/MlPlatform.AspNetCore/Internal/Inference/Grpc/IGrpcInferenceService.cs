using Grpc.Core;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The methods of the protocol. The framework calls virtual methods only, and those of an interface are.</summary>
internal interface IGrpcInferenceService
{
    Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context);

    Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context);

    Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context);

    Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context);

    Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context);

    Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context);

    Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context);

    Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context);

    Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requests,
        IServerStreamWriter<ModelStreamInferResponse> responses,
        ServerCallContext context
    );

    Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context);

    Task<RepositoryModelLoadResponse> RepositoryModelLoad(RepositoryModelLoadRequest request, ServerCallContext context);

    Task<RepositoryModelUnloadResponse> RepositoryModelUnload(RepositoryModelUnloadRequest request, ServerCallContext context);
}
