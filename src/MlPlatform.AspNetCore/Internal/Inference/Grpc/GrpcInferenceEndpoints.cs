using Microsoft.Extensions.Options;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The Open Inference Protocol over gRPC. Mapped when the host serves models.</summary>
internal sealed class GrpcInferenceEndpoints(IOptions<AspNetCoreOptions> options, IInferenceServer? server = null) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        if (server is not null)
        {
            routes.WithErrors(GrpcErrorStyle.Instance).MapGrpc<GrpcInferenceService>(GrpcMethods.LevelOf, options.Value.MaxInferenceBytes);
        }
    }
}
