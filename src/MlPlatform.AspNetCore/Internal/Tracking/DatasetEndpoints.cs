using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Which datasets the runs of some experiments read.</summary>
internal sealed class DatasetEndpoints(IExperimentTracker tracker) : IPlatformEndpoints
{
    private const int MaximumExperiments = 100;

    public void Map(PlatformRoutes routes) => routes.Post("experiments/search-datasets", Access.Read, SearchAsync);

    private async Task<JsonObject> SearchAsync(MlflowRequest request)
    {
        var ids = request.Strings("experiment_ids");
        if (ids.Count is 0 or > MaximumExperiments)
        {
            throw MlflowException.InvalidParameter(
                ids.Count == 0
                    ? "SearchDatasets request must specify at least one experiment_id."
                    : $"SearchDatasets request cannot specify more than {MaximumExperiments} experiment_ids; received {ids.Count}."
            );
        }

        var found = await tracker.ListDatasetsAsync(ids, cancellationToken: request.CancellationToken).ConfigureAwait(false);
        return new JsonObject().With(
            "dataset_summaries",
            JsonReply.List(
                found.Select(
                    JsonNode (d) =>
                        new JsonObject
                        {
                            ["experiment_id"] = d.ExperimentId,
                            ["name"] = d.Name,
                            ["digest"] = d.Digest,
                        }.With("context", d.Context)
                )
            )
        );
    }
}
