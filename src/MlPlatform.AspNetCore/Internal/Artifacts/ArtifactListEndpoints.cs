using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The files of a run and of a logged model, by the calls of the tracking API.</summary>
internal sealed class ArtifactListEndpoints(IArtifactTrees trees) : IPlatformEndpoints
{
    private const int Page = 1000;

    public void Map(PlatformRoutes routes)
    {
        routes.Get("artifacts/list", Access.Read, request => ListAsync(request, ArtifactTreeId.OfRun(request.RequiredRunId()), "path"));
        routes.Get(
            "logged-models/{model_id}/artifacts/directories",
            Access.Read,
            request => ListAsync(request, ArtifactTreeId.OfLoggedModel(request.RouteValue("model_id")), "artifact_directory_path")
        );
    }

    private async Task<JsonObject> ListAsync(MlflowRequest request, ArtifactTreeId id, string pathField)
    {
        var folder = request.OptionalString(pathField) is { Length: > 0 } path ? ArtifactPath.Parse(path) : null;
        var after = request.OptionalString("page_token") is { Length: > 0 } token ? NameOf(token) : null;
        var tree =
            await trees.FindTreeAsync(id, request.CancellationToken).ConfigureAwait(false) ?? throw new AssetNotFoundException(id.Asset);
        var entries = await trees.ListFolderAsync(id, folder, after, Page + 1, request.CancellationToken).ConfigureAwait(false);
        var files = entries.Take(Page).Select(JsonNode (e) => FileInfoMessage.Of(e, folder));
        return new JsonObject { ["root_uri"] = ArtifactAddress.UriOf(tree) }
            .With("files", JsonReply.List(files))
            .With("next_page_token", entries.Count > Page ? TokenOf(entries[Page - 1].Name) : null);
    }

    private static string TokenOf(string name) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(name));

    private static string NameOf(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token));
        }
        catch (FormatException)
        {
            throw MlflowException.InvalidParameter("Invalid value for parameter 'page_token': it is not one that this server gave.");
        }
    }
}
