using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The searches of experiments, runs and logged models.</summary>
internal sealed class SearchEndpoints(IExperimentTracker tracker, ILoggedModels models) : IPlatformEndpoints
{
    private const int MaximumPage = 50_000;
    private const int MaximumModels = 1000;

    private static readonly MlflowEnum<LifecycleView> Views = new(
        ("ACTIVE_ONLY", 1, LifecycleView.ActiveOnly),
        ("DELETED_ONLY", 2, LifecycleView.DeletedOnly),
        ("ALL", 3, LifecycleView.All)
    );

    public void Map(PlatformRoutes routes)
    {
        routes.Get("experiments/search", Access.Read, SearchExperimentsAsync);
        routes.Post("experiments/search", Access.Read, SearchExperimentsAsync);
        routes.Get("runs/search", Access.Read, SearchRunsAsync);
        routes.Post("runs/search", Access.Read, SearchRunsAsync);
        routes.Post("logged-models/search", Access.Read, SearchLoggedModelsAsync);
    }

    private async Task<JsonObject> SearchExperimentsAsync(MlflowRequest request)
    {
        var query = new ExperimentQuery
        {
            Filter = request.OptionalString("filter"),
            OrderBy = request.Strings("order_by"),
            View = request.OptionalEnum("view_type", Views) ?? LifecycleView.ActiveOnly,
            Limit = request.Limit("max_results", 1000, MaximumPage),
            PageToken = PageToken(request),
        };
        var page = await tracker.SearchExperimentsAsync(query, request.CancellationToken).ConfigureAwait(false);
        return Reply("experiments", page, ExperimentMessage.Of);
    }

    private async Task<JsonObject> SearchRunsAsync(MlflowRequest request)
    {
        var query = new RunQuery
        {
            ExperimentIds = request.Strings("experiment_ids", MaximumPage),
            Filter = request.OptionalString("filter"),
            OrderBy = request.Strings("order_by"),
            View = request.OptionalEnum("run_view_type", Views) ?? LifecycleView.ActiveOnly,
            Limit = request.Limit("max_results", 1000, MaximumPage),
            PageToken = PageToken(request),
        };

        // No experiments are none on the wire, and all in our own query.
        var page =
            query.ExperimentIds.Count == 0
                ? new([], null)
                : await tracker.SearchRunsAsync(query, request.CancellationToken).ConfigureAwait(false);
        return Reply("runs", page, RunMessage.Of);
    }

    private async Task<JsonObject> SearchLoggedModelsAsync(MlflowRequest request)
    {
        var query = new LoggedModelQuery
        {
            ExperimentIds = request.Strings("experiment_ids", MaximumPage),
            Filter = request.OptionalString("filter"),
            Datasets = [.. request.Messages("datasets").Select(d => Dataset(d) ?? throw d.Missing("dataset_name"))],
            OrderBy =
            [
                .. request
                    .Messages("order_by")
                    .Select(o => new LoggedModelOrder(
                        o.RequiredString("field_name"),
                        IsDescending: o.OptionalBoolean("ascending") is false,
                        Dataset(o)
                    )),
            ],
            Limit = request.Limit("max_results", 50, MaximumModels),
            PageToken = PageToken(request),
        };
        var page =
            query.ExperimentIds.Count == 0
                ? throw request.Missing("experiment_ids")
                : await models.SearchAsync(query, request.CancellationToken).ConfigureAwait(false);
        return Reply("models", page, LoggedModelMessage.Of);
    }

    private static LoggedModelDataset? Dataset(MlflowMessage message) =>
        message.OptionalString("dataset_name") is { Length: > 0 } name
            ? new(name, message.OptionalString("dataset_digest") is { Length: > 0 } digest ? digest : null)
            : null;

    private static string? PageToken(MlflowRequest request) => request.OptionalString("page_token") is { Length: > 0 } token ? token : null;

    private static JsonObject Reply<T>(string field, Page<T> page, Func<T, JsonObject> message) =>
        new JsonObject()
            .With(field, JsonReply.List(page.Items.Select(JsonNode (i) => message(i))))
            .With("next_page_token", page.NextPageToken);
}
