using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class RunEndpoints(IExperimentTracker tracker) : IPlatformEndpoints
{
    private const string RunName = "mlflow.runName";

    public void Map(PlatformRoutes routes)
    {
        routes.Post("runs/create", Access.Write, CreateAsync);
        routes.Get("runs/get", Access.Read, GetAsync);
        routes.Post("runs/update", Access.Write, UpdateAsync);
        routes.Post("runs/delete", Access.Write, r => DoAsync(tracker.DeleteRunAsync(r.RequiredRunId(), r.CancellationToken)));
        routes.Post("runs/restore", Access.Write, r => DoAsync(tracker.RestoreRunAsync(r.RequiredRunId(), r.CancellationToken)));
        routes.Post(
            "runs/delete-tag",
            Access.Write,
            r => DoAsync(tracker.DeleteTagAsync(r.RequiredRunId(), r.RequiredString("key"), r.CancellationToken))
        );
    }

    private async Task<JsonObject> CreateAsync(MlflowRequest request)
    {
        var tags = request.Map("tags");
        var name = request.OptionalString("run_name") is { Length: > 0 } given ? given : null;
        if (tags.TryGetValue(RunName, out var tagged) && tagged.Length > 0)
        {
            if (name is not null && !string.Equals(name, tagged, StringComparison.Ordinal))
            {
                throw MlflowException.InvalidParameter(
                    $"Both 'run_name' ('{name}') and tag '{RunName}' ('{tagged}') are given, and they differ."
                );
            }

            name = tagged;
        }

        var run = await tracker
            .CreateRunAsync(
                request.OptionalString("experiment_id") is { Length: > 0 } experiment ? experiment : "0",
                new()
                {
                    Name = name,
                    UserId = request.OptionalString("user_id"),
                    StartTime = request.OptionalTime("start_time"),
                    Tags = RunLogEndpoints.Shortened(tags),
                },
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return new() { ["run"] = RunMessage.Of(run) };
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request)
    {
        var id = request.RequiredRunId();
        var run =
            await tracker.GetRunAsync(id, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()));
        return new() { ["run"] = RunMessage.Of(run) };
    }

    private async Task<JsonObject> UpdateAsync(MlflowRequest request)
    {
        var change = new RunChange
        {
            Name = request.OptionalString("run_name") is { Length: > 0 } name ? name : null,
            Status = request.OptionalEnum("status", Wire.RunStatuses),
            EndTime = request.OptionalTime("end_time"),
        };
        var run = await tracker.UpdateRunAsync(request.RequiredRunId(), change, request.CancellationToken).ConfigureAwait(false);
        return new() { ["run_info"] = RunMessage.Info(run) };
    }

    private static async Task<JsonObject> DoAsync(Task change)
    {
        await change.ConfigureAwait(false);
        return [];
    }
}
