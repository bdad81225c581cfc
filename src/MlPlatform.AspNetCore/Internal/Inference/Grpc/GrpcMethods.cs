using Google.Protobuf;
using Grpc.Core;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The methods of the protocol that are answered, and what a caller must be allowed to.</summary>
/// <remarks>Written out rather than generated, since a message that cannot be read must be a caller's mistake and not an unknown failure.</remarks>
internal static class GrpcMethods
{
    public const string Service = "inference.GRPCInferenceService";

    public static Method<ServerLiveRequest, ServerLiveResponse> ServerLive { get; } =
        Unary<ServerLiveRequest, ServerLiveResponse>(nameof(ServerLive));

    public static Method<ServerReadyRequest, ServerReadyResponse> ServerReady { get; } =
        Unary<ServerReadyRequest, ServerReadyResponse>(nameof(ServerReady));

    public static Method<ServerMetadataRequest, ServerMetadataResponse> ServerMetadata { get; } =
        Unary<ServerMetadataRequest, ServerMetadataResponse>(nameof(ServerMetadata));

    public static Method<ModelReadyRequest, ModelReadyResponse> ModelReady { get; } =
        Unary<ModelReadyRequest, ModelReadyResponse>(nameof(ModelReady));

    public static Method<ModelMetadataRequest, ModelMetadataResponse> ModelMetadata { get; } =
        Unary<ModelMetadataRequest, ModelMetadataResponse>(nameof(ModelMetadata));

    public static Method<ModelConfigRequest, ModelConfigResponse> ModelConfig { get; } =
        Unary<ModelConfigRequest, ModelConfigResponse>(nameof(ModelConfig));

    public static Method<ModelStatisticsRequest, ModelStatisticsResponse> ModelStatistics { get; } =
        Unary<ModelStatisticsRequest, ModelStatisticsResponse>(nameof(ModelStatistics));

    public static Method<ModelInferRequest, ModelInferResponse> ModelInfer { get; } =
        Unary<ModelInferRequest, ModelInferResponse>(nameof(ModelInfer));

    public static Method<ModelInferRequest, ModelStreamInferResponse> ModelStreamInfer { get; } =
        Create<ModelInferRequest, ModelStreamInferResponse>(MethodType.DuplexStreaming, nameof(ModelStreamInfer));

    public static Method<RepositoryIndexRequest, RepositoryIndexResponse> RepositoryIndex { get; } =
        Unary<RepositoryIndexRequest, RepositoryIndexResponse>(nameof(RepositoryIndex));

    public static Method<RepositoryModelLoadRequest, RepositoryModelLoadResponse> RepositoryModelLoad { get; } =
        Unary<RepositoryModelLoadRequest, RepositoryModelLoadResponse>(nameof(RepositoryModelLoad));

    public static Method<RepositoryModelUnloadRequest, RepositoryModelUnloadResponse> RepositoryModelUnload { get; } =
        Unary<RepositoryModelUnloadRequest, RepositoryModelUnloadResponse>(nameof(RepositoryModelUnload));

    /// <summary>The same as the REST route of the same meaning; what is not implemented says so to those who may read.</summary>
    public static Access LevelOf(string? method) =>
        method switch
        {
            nameof(ServerLive) or nameof(ServerReady) or nameof(ServerMetadata) => Access.Probe,
            nameof(RepositoryIndex) or nameof(RepositoryModelLoad) or nameof(RepositoryModelUnload) => Access.Admin,
            _ => Access.Read,
        };

    private static Method<TRequest, TResponse> Unary<TRequest, TResponse>(string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => Create<TRequest, TResponse>(MethodType.Unary, name);

    private static Method<TRequest, TResponse> Create<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => new(type, Service, name, Marshal<TRequest>(), Marshal<TResponse>());

    private static Marshaller<T> Marshal<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new());
        return Marshallers.Create<T>(Write, context => Read(parser, context));
    }

    private static void Write<T>(T message, SerializationContext context)
        where T : class, IMessage<T>
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static T Read<T>(MessageParser<T> parser, DeserializationContext context)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException)
        {
            // The second comes from texts that are not valid UTF-8.
            throw new RpcException(new(StatusCode.InvalidArgument, $"The message cannot be read: {e.Message}"));
        }
    }
}
