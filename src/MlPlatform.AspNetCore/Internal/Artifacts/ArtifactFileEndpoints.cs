using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>One file of a run, of a logged model or of a registered version, named in the query: links that people and scripts follow.</summary>
internal sealed class ArtifactFileEndpoints(IArtifactTrees trees, IModelRegistry registry, VersionSources sources) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        routes.Map([HttpMethods.Get], "/get-artifact", Access.Read, context => SendAsync(context, "path", OfRunAsync));
        routes.Map([HttpMethods.Get], "/model-versions/get-artifact", Access.Read, context => SendAsync(context, "path", OfVersionAsync));
        routes.MapBelowRoots(
            [HttpMethods.Get],
            "mlflow/logged-models/{model_id}/artifacts/files",
            Access.Read,
            context => SendAsync(context, "artifact_file_path", OfLoggedModelAsync)
        );
    }

    private async Task SendAsync(
        HttpContext context,
        string field,
        Func<MlflowRequest, Task<(ArtifactTreeId Tree, ArtifactPath? Folder)>> findAsync
    )
    {
        var request = await MlflowRequestReader.ReadAsync(context, 0).ConfigureAwait(false);
        var path = ArtifactPath.Parse(request.RequiredString(field));
        var (tree, folder) = await findAsync(request).ConfigureAwait(false);
        var place = folder is null ? path : ArtifactPath.Parse($"{folder}/{path}");
        var opened = await trees.OpenAsync(tree, place, context.RequestAborted).ConfigureAwait(false);
        await ArtifactDownload.SendAsync(context, opened).ConfigureAwait(false);
    }

    private static Task<(ArtifactTreeId, ArtifactPath?)> OfRunAsync(MlflowRequest request) =>
        Task.FromResult<(ArtifactTreeId, ArtifactPath?)>((ArtifactTreeId.OfRun(request.RequiredRunId()), null));

    private static Task<(ArtifactTreeId, ArtifactPath?)> OfLoggedModelAsync(MlflowRequest request) =>
        Task.FromResult<(ArtifactTreeId, ArtifactPath?)>((ArtifactTreeId.OfLoggedModel(request.RouteValue("model_id")), null));

    private async Task<(ArtifactTreeId, ArtifactPath?)> OfVersionAsync(MlflowRequest request)
    {
        var id = new ModelVersionId(request.RequiredString("name"), request.RequiredVersion());
        var version =
            await registry.GetVersionAsync(id, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(id.ToAsset());
        var found = version.Source is { } source ? await sources.FindAsync(source, request.CancellationToken).ConfigureAwait(false) : null;
        return found is { } place
            ? (place.Tree.Id, place.Folder)
            : throw MlflowException.InvalidParameter(
                $"The files of '{id.ToAsset()}' are not in this server: its source is '{version.Source}'."
            );
    }
}
