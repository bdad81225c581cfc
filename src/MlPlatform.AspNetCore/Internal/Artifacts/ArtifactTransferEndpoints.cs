using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>
/// Uploads in parts and direct downloads from the store are not offered. Clients ask, and go on with one streamed request when the answer begins with the
/// words that they know.
/// </summary>
internal sealed class ArtifactTransferEndpoints : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        foreach (var call in (string[])["create", "complete", "abort"])
        {
            routes.MapBelowRoots(
                [HttpMethods.Post],
                $"mlflow-artifacts/mpu/{call}/{{**path}}",
                Access.Write,
                _ =>
                    throw MlflowException.NotImplemented(
                        "Multipart upload is not supported for the current artifact repository. Send one PUT."
                    )
            );
        }

        routes.MapBelowRoots(
            [HttpMethods.Get],
            "mlflow-artifacts/presigned/{**path}",
            Access.Read,
            _ =>
                throw MlflowException.NotImplemented(
                    "The artifact store gives no addresses for direct download. Send a GET for the artifact."
                )
        );
    }
}
