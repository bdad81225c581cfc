using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class LoggedModelEndpoints(ILoggedModels models) : IPlatformEndpoints
{
    private const string One = "logged-models/{model_id}";

    public void Map(PlatformRoutes routes)
    {
        routes.Post("logged-models", Access.Write, CreateAsync);
        routes.Get(One, Access.Read, GetAsync);
        routes.Patch(One, Access.Write, EndAsync);
        routes.Delete(One, Access.Write, DeleteAsync);
        routes.Patch(One + "/tags", Access.Write, SetTagsAsync);
        routes.Delete(One + "/tags/{tag_key}", Access.Write, DeleteTagAsync);
        routes.Post(One + "/params", Access.Write, LogParamsAsync);
    }

    private async Task<JsonObject> CreateAsync(MlflowRequest request)
    {
        var model = await models
            .CreateAsync(
                request.RequiredString("experiment_id"),
                new()
                {
                    Name = request.OptionalString("name") is { Length: > 0 } name ? name : null,
                    ModelType = request.OptionalString("model_type") is { Length: > 0 } type ? type : null,
                    SourceRunId = request.OptionalString("source_run_id") is { Length: > 0 } run ? RunIds.Parse(run) : null,
                    Params = request.Map("params"),
                    Tags = request.Map("tags"),
                },
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return Reply(model);
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request)
    {
        var model = await models.GetAsync(Id(request), request.CancellationToken).ConfigureAwait(false);
        return model is { DeletedAt: null } ? Reply(model) : throw new AssetNotFoundException(new(AssetKind.LoggedModel, Id(request)));
    }

    private async Task<JsonObject> EndAsync(MlflowRequest request)
    {
        var status = request.OptionalEnum("status", Wire.ModelStatuses) ?? throw request.Missing("status");
        return Reply(await models.EndAsync(Id(request), status, cancellationToken: request.CancellationToken).ConfigureAwait(false));
    }

    private async Task<JsonObject> DeleteAsync(MlflowRequest request)
    {
        await models.DeleteAsync(Id(request), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> SetTagsAsync(MlflowRequest request) =>
        Reply(await models.SetTagsAsync(Id(request), request.Map("tags"), request.CancellationToken).ConfigureAwait(false));

    private async Task<JsonObject> DeleteTagAsync(MlflowRequest request)
    {
        await models.DeleteTagAsync(Id(request), request.RouteValue("tag_key"), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> LogParamsAsync(MlflowRequest request)
    {
        await models.LogParamsAsync(Id(request), request.Map("params"), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private static string Id(MlflowRequest request) => request.RouteValue("model_id");

    private static JsonObject Reply(LoggedModel model) => new() { ["model"] = LoggedModelMessage.Of(model) };
}
