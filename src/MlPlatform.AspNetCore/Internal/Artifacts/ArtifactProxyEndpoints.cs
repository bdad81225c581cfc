using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Files up and down through this server, streamed: the place that <c>mlflow-artifacts:</c> addresses mean.</summary>
internal sealed class ArtifactProxyEndpoints(
    IArtifactTrees trees,
    ITraces traces,
    VersionFiles versions,
    IOptions<AspNetCoreOptions> options
) : IPlatformEndpoints
{
    private const string Route = "mlflow-artifacts/artifacts/{**path}";

    public void Map(PlatformRoutes routes)
    {
        routes.MapBelowRoots([HttpMethods.Get, HttpMethods.Head], Route, Access.Read, GetAsync);
        routes.MapBelowRoots([HttpMethods.Put], Route, Access.Write, PutAsync);
        routes.MapBelowRoots([HttpMethods.Delete], Route, Access.Write, DeleteAsync);
    }

    private Task GetAsync(HttpContext context) =>
        RawPath.Tail(context) is { Length: > 0 } path ? DownloadAsync(context, path) : ListAsync(context);

    private async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query["path"];
        var path = query.Count == 1 ? query[0]! : string.Empty;

        // The protocol has no pages here, and names a file by its last segment alone.
        var files = new List<JsonNode>();
        if (VersionFiles.Parse(path) is { } version)
        {
            var entries = await versions.ListAsync(version.Id, version.Path, context.RequestAborted).ConfigureAwait(false);
            files.AddRange(entries.Select(e => FileInfoMessage.Of(e, null)));
        }
        else
        {
            var address = ArtifactAddress.Parse(path);
            await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);
            await foreach (var entry in trees.ListFolderAsync(address.Tree, address.Path, context.RequestAborted).ConfigureAwait(false))
            {
                files.Add(FileInfoMessage.Of(entry, null));
            }
        }

        await JsonReply.WriteAsync(context.Response, new JsonObject().With("files", JsonReply.List(files))).ConfigureAwait(false);
    }

    private async Task DownloadAsync(HttpContext context, string decoded)
    {
        if (VersionFiles.Parse(decoded) is { } version)
        {
            var file = await versions.OpenAsync(version.Id, version.Path, context.RequestAborted).ConfigureAwait(false);
            await ArtifactDownload.SendAsync(context, file).ConfigureAwait(false);
            return;
        }

        var address = ArtifactAddress.Parse(decoded);
        await trees.RequireAsync(address, context.RequestAborted).ConfigureAwait(false);
        var path =
            address.Path
            ?? throw MlflowException.InvalidParameter("That is a folder. List it with the query 'path', or name a file in it.");
        if (await TraceFile.ReadAsync(traces, address.Tree, path, context.RequestAborted).ConfigureAwait(false) is { } spans)
        {
            await JsonReply.WriteAsync(context.Response, spans).ConfigureAwait(false);
            return;
        }

        var opened = await trees.OpenAsync(address.Tree, path, context.RequestAborted).ConfigureAwait(false);
        await ArtifactDownload.SendAsync(context, opened).ConfigureAwait(false);
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

        await JsonReply.WriteAsync(context.Response, new JsonObject()).ConfigureAwait(false);
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

        await JsonReply.WriteAsync(context.Response, new JsonObject()).ConfigureAwait(false);
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
