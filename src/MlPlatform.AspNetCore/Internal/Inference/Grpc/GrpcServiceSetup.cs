using Grpc.AspNetCore.Server;
using Grpc.Net.Compression;
using Microsoft.Extensions.Options;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Puts the limit of an inference request on the messages of gRPC.</summary>
internal sealed class GrpcServiceSetup(IOptions<AspNetCoreOptions> own) : IPostConfigureOptions<GrpcServiceOptions<GrpcInferenceService>>
{
    public void PostConfigure(string? name, GrpcServiceOptions<GrpcInferenceService> options)
    {
        var maximum = own.Value.MaxInferenceBytes;
        options.MaxReceiveMessageSize = maximum;
        options.MaxSendMessageSize = null;
        options.CompressionProviders =
        [
            new BoundedCompression(new GzipCompressionProvider(System.IO.Compression.CompressionLevel.Fastest), maximum),
            new BoundedCompression(new DeflateCompressionProvider(System.IO.Compression.CompressionLevel.Fastest), maximum),
        ];
    }
}
