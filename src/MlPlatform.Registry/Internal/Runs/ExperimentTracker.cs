using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker(
    IMetadataDatabase database,
    IArtifactTrees trees,
    IActorAccessor actors,
    MetricStore metrics,
    RunWriters writers,
    Clocks clocks
) : IExperimentTracker
{
    /// <summary>The kind of owner of what a run points at beside its files.</summary>
    internal const string ArtifactOwnerKind = "run";

    public async Task<IRun> StartRunAsync(string experiment, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        RunRules.CheckName(experiment);
        options ??= new();
        RunRules.Check(options);
        options = await writers.DescribeAsync(options, cancellationToken).ConfigureAwait(false);
        var id = options.RunId ?? RunId.New(clocks.Platform);
        var row = await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var parent = await GetOrCreateAsync(work, experiment).ConfigureAwait(false);
                    return await StartAsync(work, parent, id.ToString(), options).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return writers.Create(row.ToInfo(), this, points => metrics.WriteAsync(row.Id, row.ExperimentId, points), options);
    }

    internal Task WriteAsync(Func<IUnitOfWork, Task> body, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Process, body, cancellationToken);

    private async Task<RunRow> StartAsync(IUnitOfWork work, ExperimentRow parent, string id, RunOptions options)
    {
        await work.LockAsync($"registry.run:{id}").ConfigureAwait(false); // Two that start one run at once: the second goes on with it.
        var existing = await FindRowAsync(work, id, database.Dialect.ForUpdate("r")).ConfigureAwait(false);
        if (existing is { DeletedAt: not null })
        {
            throw new AssetDeletedException(existing.Asset);
        }

        if (existing is not null && !string.Equals(existing.ExperimentId, parent.Id, StringComparison.Ordinal))
        {
            throw new MlPlatformException($"Run {id} belongs to experiment '{existing.Experiment}', not to '{parent.Name}'.");
        }

        if (options.ParentRunId is { } above && await FindRowAsync(work, above.ToString()).ConfigureAwait(false) is null)
        {
            throw new AssetNotFoundException(new(AssetKind.Run, above.ToString()), "Start the parent run first.");
        }

        if (options.Provenance?.Packages is { } packages)
        {
            work.Reference(ArtifactDigest.Parse(packages), new(ArtifactOwnerKind, id));
        }

        var row = existing ?? NewRow(parent, id, options);
        var before = existing?.Status;
        await SaveAsync(work, row, isNew: existing is null).ConfigureAwait(false);
        foreach (var (key, value) in options.Tags)
        {
            await WriteTagAsync(work, row, key, value, isNew: existing is null).ConfigureAwait(false);
        }

        // A run that was still open goes on: that is no second start.
        if (!string.Equals(before, RunRow.ToText(RunStatus.Running), StringComparison.Ordinal))
        {
            Announce(work, row, options.Provenance, isContinued: existing is not null);
        }

        return row;
    }

    private RunRow NewRow(ExperimentRow experiment, string id, RunOptions options) =>
        new()
        {
            Id = id,
            ExperimentId = experiment.Id,
            Experiment = experiment.Name,
            Name = options.Name ?? $"run-{id[^8..]}",
            ParentId = options.ParentRunId?.ToString(),
            Status = RunRow.ToText(RunStatus.Running),
            StartTime = options.StartTime is { } start ? StoredTime.ToMicros(start) : clocks.Platform.NowMicros(),
            Actor = actors.Current.ToString(),
            UserId = options.UserId,
            Provenance = options.Provenance is null
                ? null
                : JsonSerializer.Serialize(options.Provenance, RegistryJson.Default.RunProvenance),
        };

    private static Task<int> SaveAsync(IUnitOfWork work, RunRow row, bool isNew)
    {
        const string Insert = """
            INSERT INTO reg_run (id, experiment_id, name, parent_id, status, start_time, actor_id, user_id, provenance)
            VALUES (@Id, @ExperimentId, @Name, @ParentId, @Status, @StartTime, @Actor, @UserId, @Provenance)
            """;
        const string Reopen = "UPDATE reg_run SET status = 'RUNNING', end_time = NULL WHERE id = @Id";
        return work.Connection.ExecuteAsync(isNew ? Insert : Reopen, row, work.Transaction);
    }

    private static void Announce(IUnitOfWork work, RunRow row, RunProvenance? provenance, bool isContinued)
    {
        work.Append(
            new(EventTypes.RunStarted, row.Asset)
            {
                Related = row.ParentId is null ? [row.ExperimentAsset] : [row.ExperimentAsset, new(AssetKind.Run, row.ParentId)],
                Payload = new JsonObject { ["name"] = row.Name, ["continued"] = isContinued },
            }
        );
        if (provenance is not null)
        {
            var payload = JsonSerializer.SerializeToNode(provenance, RegistryJson.Default.RunProvenance)!.AsObject();
            work.Append(new(EventTypes.RunProvenance, row.Asset) { Related = [row.ExperimentAsset], Payload = payload });
        }
    }

    private static Task<RunRow?> FindRowAsync(IUnitOfWork work, string id, string locks = "") =>
        work.Connection.QuerySingleOrDefaultAsync<RunRow>(
            $"SELECT {RunRow.Columns} FROM {RunRow.From} WHERE r.id = @id {locks}",
            new { id },
            work.Transaction
        );

    private string NewId() => RunId.New(clocks.Platform).ToString();
}
