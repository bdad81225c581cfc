using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Files up and down through this server, streamed: the place that <c>mlflow-artifacts:</c> addresses mean.</summary>
internal sealed class ArtifactProxyEndpoints(IArtifactTrees trees, ITraces traces, IOptions<AspNetCoreOptions> options) : IPlatformEndpoints
{
    private const string Route = "mlflow-artifacts/artifacts/{**path}";

    public void Map(PlatformRoutes routes)
    {
        routes.MapBelowRoots([HttpMethods.Get, HttpMethods.Head], Route, Access.Read, GetAsync);
        routes.MapBelowRoots([HttpMethods.Put], Route, Access.Write, PutAsync);
        routes.MapBelowRoots([HttpMethods.Delete], Route, Access.Write, DeleteAsync);
    }

    private Task GetAsync(HttpContext context) =>
        RawPath.Tail(context) is { Length: > 0 } path ? DownloadAsync(context, ArtifactAddress.Parse(path)) : ListAsync(context);

    private async Task ListAsync(HttpContext context)
    {
        var path = context.Request.Query["path"];
        var address = ArtifactAddress.Parse(path.Count == 1 ? path[0]! : string.Empty);
        await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);

        // The protocol has no pages here, and names a file by its last segment alone.
        var files = new List<JsonNode>();
        await foreach (var entry in trees.ListFolderAsync(address.Tree, address.Path, context.RequestAborted).ConfigureAwait(false))
        {
            files.Add(FileInfoMessage.Of(entry, null));
        }

        await JsonReply.WriteAsync(context.Response, new JsonObject().With("files", JsonReply.List(files))).ConfigureAwait(false);
    }

    private async Task DownloadAsync(HttpContext context, ArtifactAddress address)
    {
        await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);
        var path =
            address.Path
            ?? throw MlflowException.InvalidParameter("That is a folder. List it with the query 'path', or name a file in it.");
        if (await TraceFile.ReadAsync(traces, address.Tree, path, context.RequestAborted).ConfigureAwait(false) is { } spans)
        {
            await JsonReply.WriteAsync(context.Response, spans).ConfigureAwait(false);
            return;
        }

        await ArtifactDownload.SendAsync(context, trees, address.Tree, path).ConfigureAwait(false);
    }

    private async Task PutAsync(HttpContext context)
    {
        var address = ArtifactAddress.Parse(RawPath.Tail(context));
        var path = address.RequirePath();
        await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);
        var maximum = options.Value.MaxArtifactBytes;
        if (context.Request.ContentLength > maximum)
        {
            throw MlflowException.TooLarge($"The file has {context.Request.ContentLength} bytes; at most {maximum} are allowed.");
        }

        LiftLimits(context);
        var upload = new UploadStream(context.Request.Body, context.Request.ContentLength, maximum);
        await using (upload.ConfigureAwait(false))
        {
            await trees.PutAsync(address.Tree, path, upload, context.RequestAborted).ConfigureAwait(false);
        }

        await JsonReply.WriteAsync(context.Response, []).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var address = ArtifactAddress.Parse(RawPath.Tail(context));
        var path = address.RequirePath();
        await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);
        if (await trees.DeleteAsync(address.Tree, path, context.RequestAborted).ConfigureAwait(false) == 0)
        {
            throw new AssetNotFoundException(address.Tree.Asset, $"No file or folder '{path}' was logged to it.");
        }

        await JsonReply.WriteAsync(context.Response, []).ConfigureAwait(false);
    }

    /// <summary>A large file takes its time: the server's general limits of size and pace would cut it off.</summary>
    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // The stream counts by itself, whatever the server.
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } pace)
        {
            pace.MinDataRate = null;
        }
    }
}
