using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>
/// Direct downloads, where the store can sign addresses. Uploads in parts are not offered: a client that asks goes on with one streamed request when the
/// answer begins with the words that it knows.
/// </summary>
internal sealed class ArtifactTransferEndpoints(IArtifactTrees trees, IArtifactStore artifacts) : IPlatformEndpoints
{
    private static readonly TimeSpan AddressLifetime = TimeSpan.FromMinutes(15);

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

        routes.MapBelowRoots([HttpMethods.Get], "mlflow-artifacts/presigned/{**path}", Access.Read, SignAsync);
    }

    private async Task SignAsync(HttpContext context)
    {
        if (artifacts is not IDirectDownloads direct)
        {
            throw NoAddresses();
        }

        var address = ArtifactAddress.Parse(RawPath.Tail(context));
        var path = address.RequirePath();
        await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);
        var opened = await trees.OpenAsync(address.Tree, path, context.RequestAborted).ConfigureAwait(false);
        await opened.Content.DisposeAsync().ConfigureAwait(false);
        var digest = opened.File.Digest ?? throw NoAddresses();
        var signed =
            await direct.GetDownloadUriAsync(digest, path.Name, AddressLifetime, context.RequestAborted).ConfigureAwait(false)
            ?? throw NoAddresses();
        var reply = new JsonObject
        {
            ["url"] = signed.AbsoluteUri,
            ["headers"] = new JsonObject(),
            ["file_size"] = opened.File.Size,
        };
        await JsonReply.WriteAsync(context.Response, reply).ConfigureAwait(false);
    }

    private static MlflowException NoAddresses() =>
        MlflowException.NotImplemented("The artifact store gives no addresses for direct download. Send a GET for the artifact.");
}
