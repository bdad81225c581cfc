using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class ModelEndpoints(IModelRegistry registry) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        routes.Post("registered-models/create", Access.Write, CreateAsync);
        routes.Post("registered-models/rename", Access.Write, RenameAsync);
        routes.Patch("registered-models/update", Access.Write, UpdateAsync);
        routes.Delete("registered-models/delete", Access.Write, DeleteAsync);
        routes.Get("registered-models/get", Access.Read, GetAsync);
        routes.Post("registered-models/get-latest-versions", Access.Read, GetLatestAsync);
        routes.Get("registered-models/get-latest-versions", Access.Read, GetLatestAsync);
        routes.Post("registered-models/set-tag", Access.Write, SetTagAsync);
        routes.Delete("registered-models/delete-tag", Access.Write, DeleteTagAsync);
    }

    /// <summary>The highest version of each stage, which is what MLflow calls latest.</summary>
    public static async Task<IReadOnlyList<ModelVersion>> LatestAsync(
        IModelRegistry registry,
        string name,
        IReadOnlyCollection<string> stages,
        CancellationToken cancellationToken
    )
    {
        const int Page = 1000;
        var found = new SortedDictionary<string, ModelVersion>(StringComparer.Ordinal);
        int? before = null;
        while (true)
        {
            var versions = await registry.ListVersionsAsync(name, before, Page, cancellationToken).ConfigureAwait(false);
            foreach (var version in versions)
            {
                var stage = Stages.Of(version);
                if (stages.Count == 0 || stages.Contains(stage))
                {
                    found.TryAdd(stage, version);
                }
            }

            if (versions.Count < Page)
            {
                return [.. found.Values];
            }

            before = versions[^1].Id.Version;
        }
    }

    private async Task<JsonObject> CreateAsync(MlflowRequest request)
    {
        var model = await registry
            .CreateModelAsync(
                request.RequiredString("name"),
                new()
                {
                    Description = request.OptionalString("description") is { Length: > 0 } text ? text : null,
                    Tags = request.Map("tags"),
                },
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return new() { ["registered_model"] = ModelMessage.Of(model, [], []) };
    }

    private async Task<JsonObject> RenameAsync(MlflowRequest request)
    {
        var model = await registry
            .RenameModelAsync(request.RequiredString("name"), request.RequiredString("new_name"), request.CancellationToken)
            .ConfigureAwait(false);
        return await ReplyAsync(model, request.CancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonObject> UpdateAsync(MlflowRequest request)
    {
        var model = await registry
            .UpdateModelAsync(request.RequiredString("name"), request.OptionalString("description"), request.CancellationToken)
            .ConfigureAwait(false);
        return await ReplyAsync(model, request.CancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonObject> DeleteAsync(MlflowRequest request)
    {
        await registry.DeleteModelAsync(request.RequiredString("name"), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request)
    {
        var model = await FindAsync(request).ConfigureAwait(false);
        return await ReplyAsync(model, request.CancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonObject> GetLatestAsync(MlflowRequest request)
    {
        var model = await FindAsync(request).ConfigureAwait(false);
        var stages = request.Strings("stages").Select(Stages.Parse).ToList();
        var aliases = await registry.ListAliasesAsync(model.Name, request.CancellationToken).ConfigureAwait(false);
        var latest = await LatestAsync(registry, model.Name, stages, request.CancellationToken).ConfigureAwait(false);
        return new JsonObject().With("model_versions", JsonReply.List(latest.Select(JsonNode (v) => ModelMessage.Of(v, aliases))));
    }

    private async Task<JsonObject> SetTagAsync(MlflowRequest request)
    {
        var value = request.OptionalString("value") ?? throw request.Missing("value");
        await registry
            .SetModelTagAsync(request.RequiredString("name"), request.RequiredString("key"), value, request.CancellationToken)
            .ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> DeleteTagAsync(MlflowRequest request)
    {
        await registry
            .DeleteModelTagAsync(request.RequiredString("name"), request.RequiredString("key"), request.CancellationToken)
            .ConfigureAwait(false);
        return [];
    }

    private async Task<RegisteredModel> FindAsync(MlflowRequest request)
    {
        var name = request.RequiredString("name");
        return await registry.GetModelAsync(name, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Model, name));
    }

    private async Task<JsonObject> ReplyAsync(RegisteredModel model, CancellationToken cancellationToken)
    {
        var aliases = await registry.ListAliasesAsync(model.Name, cancellationToken).ConfigureAwait(false);
        var latest = await LatestAsync(registry, model.Name, [], cancellationToken).ConfigureAwait(false);
        return new() { ["registered_model"] = ModelMessage.Of(model, aliases, latest) };
    }
}
