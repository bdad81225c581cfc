using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Sends a file so that a browser that is led to it saves it and runs nothing.</summary>
internal static class ArtifactDownload
{
    public static async Task SendAsync(HttpContext context, OpenedArtifact opened)
    {
        var content = new HeldBackStream(opened.Content, opened.File.Size);
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers.CacheControl = "private, no-cache"; // A path may get other bytes; the tag says whether it did.
        var result = TypedResults.Stream(
            content,
            "application/octet-stream",
            opened.File.Path[(opened.File.Path.LastIndexOf('/') + 1)..],
            entityTag: new EntityTagHeaderValue($"\"{opened.File.Digest}\""),
            enableRangeProcessing: true
        );
        await result.ExecuteAsync(context).ConfigureAwait(false);
    }
}
