using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Experiments and runs that an MLflow server keeps.</summary>
internal sealed partial class MlflowExperimentTracker(
    MlflowClient client,
    RemoteCalls calls,
    IRunWriters writers,
    IArtifactTrees trees,
    IMetadataDatabase database,
    Clocks clocks
) : IExperimentTracker
{
    private const string Active = "active";
    private const string Deleted = "deleted";

    public async Task<Experiment> GetOrCreateExperimentAsync(string name, CancellationToken cancellationToken = default)
    {
        if (await FindExperimentAsync(name, cancellationToken).ConfigureAwait(false) is { } existing)
        {
            return existing.DeletedAt is null ? existing : throw new AssetDeletedException(AssetOf(name));
        }

        try
        {
            return await CreateExperimentAsync(name, null, cancellationToken).ConfigureAwait(false);
        }
        catch (AssetExistsException)
        {
            // Another was faster.
            return (await FindExperimentAsync(name, cancellationToken).ConfigureAwait(false))!;
        }
    }

    public async Task<Experiment> CreateExperimentAsync(
        string name,
        ExperimentOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        options ??= new();
        if (options.Id is not null)
        {
            throw new NotSupportedException("An MLflow server gives its experiments their ids itself.");
        }

        var body = new JsonObject { ["name"] = name, ["tags"] = MlflowCalls.Pairs(options.Tags) };
        if (options.ArtifactLocation is { } location)
        {
            body["artifact_location"] = location;
        }

        var announcement = Announcement.Of(
            new(ProbeKind.ExperimentNamed, name),
            EventTypes.ExperimentCreated,
            AssetOf(name),
            new() { ["id"] = null }
        );
        var made = await RunAsync(
                announcement,
                () => client.SendAsync(MlflowCall.Create("experiments/create", body, AssetOf(name)), cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        return (await GetExperimentAsync(made.ExperimentId!, cancellationToken).ConfigureAwait(false))!;
    }

    public Task<Experiment?> GetExperimentAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return FindAsync(
            MlflowCall.Get("experiments/get", new(AssetKind.Experiment, id), ("experiment_id", id)),
            r => RemoteAssets.ToExperiment(r.Experiment),
            cancellationToken
        );
    }

    public Task<Experiment?> FindExperimentAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return FindAsync(
            MlflowCall.Get("experiments/get-by-name", AssetOf(name), ("experiment_name", name)),
            r => RemoteAssets.ToExperiment(r.Experiment),
            cancellationToken
        );
    }

    public async Task RenameExperimentAsync(string id, string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var before = await RequireActiveAsync(id, cancellationToken).ConfigureAwait(false);
        var body = new JsonObject { ["experiment_id"] = id, ["new_name"] = name };
        var payload = new JsonObject { ["id"] = id, ["from"] = before.Name };
        await RunAsync(
                Announcement.Of(new(ProbeKind.ExperimentRenamed, id, name), EventTypes.ExperimentRenamed, AssetOf(name), payload),
                () => client.SendAsync(MlflowCall.Post("experiments/update", body, AssetOf(name)), cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task DeleteExperimentAsync(string id, CancellationToken cancellationToken = default) =>
        SetExperimentStageAsync(id, "experiments/delete", Deleted, EventTypes.ExperimentDeleted, cancellationToken);

    public Task RestoreExperimentAsync(string id, CancellationToken cancellationToken = default) =>
        SetExperimentStageAsync(id, "experiments/restore", Active, EventTypes.ExperimentRestored, cancellationToken);

    public async Task SetExperimentTagAsync(string id, string key, string value, CancellationToken cancellationToken = default)
    {
        await RequireActiveAsync(id, cancellationToken).ConfigureAwait(false);
        var body = new JsonObject
        {
            ["experiment_id"] = id,
            ["key"] = key,
            ["value"] = value,
        };
        await client
            .SendAsync(MlflowCall.Post("experiments/set-experiment-tag", body, new(AssetKind.Experiment, id)), cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task DeleteExperimentTagAsync(string id, string key, CancellationToken cancellationToken = default)
    {
        var experiment = await RequireActiveAsync(id, cancellationToken).ConfigureAwait(false);
        if (!experiment.Tags.ContainsKey(key))
        {
            throw new AssetNotFoundException(new(AssetKind.Experiment, $"{id}/tags/{key}"));
        }

        var body = new JsonObject { ["experiment_id"] = id, ["key"] = key };
        await client
            .SendAsync(MlflowCall.Post("experiments/delete-experiment-tag", body, new(AssetKind.Experiment, id)), cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Experiment>> ListExperimentsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        var found = new List<Experiment>();
        await foreach (
            var page in client.PagesAsync(ExperimentsCall(new() { OrderBy = ["name ASC"] }), cancellationToken).ConfigureAwait(false)
        )
        {
            // The order of names in the server's database need not be ours, so all are read.
            found.AddRange((page.Experiments ?? []).Select(RemoteAssets.ToExperiment));
        }

        return
        [
            .. found
                .Where(e => after is null || string.CompareOrdinal(e.Name, after) > 0)
                .OrderBy(e => e.Name, StringComparer.Ordinal)
                .Take(limit),
        ];
    }

    public async Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var reply = await MlflowSearch.RunAsync(client, ExperimentsCall(query), cancellationToken).ConfigureAwait(false);
        return new([.. (reply.Experiments ?? []).Select(RemoteAssets.ToExperiment)], MlflowSearch.TokenOf(reply));
    }

    private static MlflowCall ExperimentsCall(ExperimentQuery query) =>
        MlflowCall.Post(
            "experiments/search",
            new()
            {
                ["filter"] = query.Filter ?? string.Empty,
                ["order_by"] = new JsonArray([.. query.OrderBy.Select(o => JsonValue.Create(o))]),
                ["view_type"] = ViewOf(query.View),
                ["max_results"] = query.Limit,
                ["page_token"] = query.PageToken ?? string.Empty,
            }
        );

    private async Task SetExperimentStageAsync(string id, string path, string stage, string type, CancellationToken cancellationToken)
    {
        var experiment =
            await GetExperimentAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Experiment, id));
        if (experiment.DeletedAt is null == (stage == Active))
        {
            return;
        }

        var body = new JsonObject { ["experiment_id"] = id };
        await RunAsync(
                Announcement.Of(new(ProbeKind.ExperimentStage, id, stage), type, AssetOf(experiment.Name), new() { ["id"] = id }),
                () => client.SendAsync(MlflowCall.Post(path, body, new(AssetKind.Experiment, id)), cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<Experiment> RequireActiveAsync(string id, CancellationToken cancellationToken)
    {
        var experiment =
            await GetExperimentAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Experiment, id));
        return experiment.DeletedAt is null ? experiment : throw new AssetDeletedException(AssetOf(experiment.Name));
    }

    private Task<MlflowReply> RunAsync(Announcement announcement, Func<Task<MlflowReply>> call, CancellationToken cancellationToken) =>
        calls.RunAsync(NewCall(), announcement, call, _ => null, Durability.Process, cancellationToken);

    /// <summary>What a call finds; null when there is nothing.</summary>
    private async Task<T?> FindAsync<T>(MlflowCall call, Func<MlflowReply, T> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return read(await client.SendAsync(call, cancellationToken).ConfigureAwait(false));
        }
        catch (AssetNotFoundException)
        {
            return null;
        }
    }

    private static string ViewOf(LifecycleView view) =>
        view switch
        {
            LifecycleView.ActiveOnly => "ACTIVE_ONLY",
            LifecycleView.DeletedOnly => "DELETED_ONLY",
            _ => "ALL",
        };

    private static AssetRef AssetOf(string experiment) => new(AssetKind.Experiment, experiment);

    private string NewCall() => RunId.New(clocks.Work).ToString();
}
