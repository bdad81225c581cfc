using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class AliasEndpoints(IModelRegistry registry) : IPlatformEndpoints
{
    private const string Path = "registered-models/alias";

    public void Map(PlatformRoutes routes)
    {
        routes.Post(Path, Access.Write, SetAsync);
        routes.Delete(Path, Access.Write, DeleteAsync);
        routes.Get(Path, Access.Read, GetAsync);
    }

    private async Task<JsonObject> SetAsync(MlflowRequest request)
    {
        await registry
            .SetAliasAsync(
                request.RequiredString("name"),
                request.RequiredString("alias"),
                request.RequiredVersion(),
                expected: null,
                new(AliasMoveKind.Human, "set by a client of the MLflow protocol"),
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> DeleteAsync(MlflowRequest request)
    {
        var model = await FindModelAsync(request).ConfigureAwait(false);
        await registry
            .RemoveAliasAsync(
                model.Name,
                request.RequiredString("alias"),
                expected: null,
                new(AliasMoveKind.Human, "removed by a client of the MLflow protocol"),
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request)
    {
        var model = await FindModelAsync(request).ConfigureAwait(false);
        var alias = request.RequiredString("alias");
        var found =
            await registry.GetAliasAsync(model.Name, alias, request.CancellationToken).ConfigureAwait(false)
            ?? throw MlflowException.InvalidParameter($"Registered model '{model.Name}' has no alias '{alias}'.");
        var version =
            await registry.GetVersionAsync(found.VersionId, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(found.VersionId.ToAsset());
        var aliases = await registry.ListAliasesAsync(model.Name, request.CancellationToken).ConfigureAwait(false);
        return new() { ["model_version"] = ModelMessage.Of(version, aliases) };
    }

    private async Task<RegisteredModel> FindModelAsync(MlflowRequest request)
    {
        var name = request.RequiredString("name");
        return await registry.GetModelAsync(name, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Model, name));
    }
}
