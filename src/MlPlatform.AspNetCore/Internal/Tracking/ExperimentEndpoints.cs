using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class ExperimentEndpoints(IExperimentTracker tracker) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        routes.Post("experiments/create", Access.Write, CreateAsync);
        routes.Get("experiments/get", Access.Read, GetAsync);
        routes.Get("experiments/get-by-name", Access.Read, GetByNameAsync);
        routes.Post("experiments/update", Access.Write, UpdateAsync);
        routes.Post("experiments/delete", Access.Write, r => DoAsync(tracker.DeleteExperimentAsync(Id(r), r.CancellationToken)));
        routes.Post("experiments/restore", Access.Write, r => DoAsync(tracker.RestoreExperimentAsync(Id(r), r.CancellationToken)));
        routes.Post("experiments/set-experiment-tag", Access.Write, SetTagAsync);
        routes.Post(
            "experiments/delete-experiment-tag",
            Access.Write,
            r => DoAsync(tracker.DeleteExperimentTagAsync(Id(r), r.RequiredString("key"), r.CancellationToken))
        );
    }

    private async Task<JsonObject> CreateAsync(MlflowRequest request)
    {
        var location = request.OptionalString("artifact_location") is { Length: > 0 } given ? given : null;
        if (location is not null && Wire.HasTraversal(location))
        {
            throw MlflowException.InvalidParameter(
                $"Invalid value '{location}' for parameter 'artifact_location' supplied: it must have no '..' and no NUL in its path."
            );
        }

        var options = new ExperimentOptions { ArtifactLocation = location, Tags = request.Map("tags") };
        var experiment = await tracker
            .CreateExperimentAsync(request.RequiredString("name"), options, request.CancellationToken)
            .ConfigureAwait(false);
        return new() { ["experiment_id"] = experiment.Id };
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request)
    {
        var id = Id(request);
        var experiment =
            await tracker.GetExperimentAsync(id, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Experiment, id));
        return new() { ["experiment"] = ExperimentMessage.Of(experiment) };
    }

    private async Task<JsonObject> GetByNameAsync(MlflowRequest request)
    {
        var name = request.RequiredString("experiment_name");
        var experiment =
            await tracker.FindExperimentAsync(name, request.CancellationToken).ConfigureAwait(false)
            ?? throw MlflowException.NotFound($"Could not find experiment with name '{name}'.");
        return new() { ["experiment"] = ExperimentMessage.Of(experiment) };
    }

    private Task<JsonObject> UpdateAsync(MlflowRequest request) =>
        DoAsync(
            request.OptionalString("new_name") is { Length: > 0 } name
                ? tracker.RenameExperimentAsync(Id(request), name, request.CancellationToken)
                : throw request.Missing("new_name")
        );

    private Task<JsonObject> SetTagAsync(MlflowRequest request) =>
        DoAsync(
            tracker.SetExperimentTagAsync(
                Id(request),
                request.RequiredString("key"),
                request.OptionalString("value") ?? throw request.Missing("value"),
                request.CancellationToken
            )
        );

    private static string Id(MlflowRequest request) => request.RequiredString("experiment_id");

    private static async Task<JsonObject> DoAsync(Task change)
    {
        await change.ConfigureAwait(false);
        return [];
    }
}
