using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    IActorAccessor actors,
    MetricStore metrics,
    ModelRegistry registry,
    Clocks clocks,
    IOptions<RegistryOptions> settings
) : IExperimentTracker
{
    public Task<Experiment> GetOrCreateExperimentAsync(string name, CancellationToken cancellationToken = default)
    {
        RunRules.CheckName(name);
        return database.WriteAsync(Durability.Process, work => GetOrCreateAsync(work, name), cancellationToken);
    }

    public async Task<IRun> StartRunAsync(string experiment, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        RunRules.CheckName(experiment);
        options ??= new();
        if (options.Name is not null)
        {
            RunRules.CheckName(options.Name, nameof(options));
        }

        foreach (var (key, value) in options.Tags)
        {
            RunRules.CheckKey(key, nameof(options));
            RunRules.CheckLength(value, 8000, key, nameof(options));
        }

        var id = options.RunId ?? RunId.New(clocks.Platform);
        var row = await database
            .WriteAsync(Durability.Process, work => StartAsync(work, experiment, id.ToString(), options), cancellationToken)
            .ConfigureAwait(false);
        var buffer = new MetricBuffer(points => metrics.WriteAsync(row.Id, row.ExperimentId, points), settings.Value, clocks.Work);
        return new Run(row, this, buffer, registry, clocks);
    }

    internal Task WriteAsync(Func<IUnitOfWork, Task> body, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Process, body, cancellationToken);

    internal Task EndAsync(RunRow row, RunStatus status, long at, CancellationToken cancellationToken) =>
        WriteAsync(
            async work =>
            {
                await work
                    .Connection.ExecuteAsync(
                        "UPDATE reg_run SET status = @Status, end_time = @at WHERE id = @Id",
                        new
                        {
                            Status = RunRow.ToText(status),
                            at,
                            row.Id,
                        },
                        work.Transaction
                    )
                    .ConfigureAwait(false);
                work.Append(
                    new(EventTypes.RunEnded, row.Asset)
                    {
                        Related = [row.ExperimentAsset],
                        Payload = new JsonObject { ["status"] = RunRow.ToText(status) },
                    }
                );
            },
            cancellationToken
        );

    internal static Task WriteTagAsync(IUnitOfWork work, RunRow row, string key, string value)
    {
        const string Upsert = """
            INSERT INTO reg_run_tag (run_id, experiment_id, key, value) VALUES (@Id, @ExperimentId, @key, @value)
            ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value
            """;
        return work.Connection.ExecuteAsync(
            Upsert,
            new
            {
                row.Id,
                row.ExperimentId,
                key,
                value,
            },
            work.Transaction
        );
    }

    internal async Task WriteInputAsync(IUnitOfWork work, RunRow row, RunDataset dataset)
    {
        const string Insert = """
            INSERT INTO reg_dataset (id, experiment_id, name, digest, schema_json) VALUES (@Id, @ExperimentId, @Name, @Digest, @Schema)
            ON CONFLICT (experiment_id, name, digest) DO UPDATE SET schema_json = COALESCE(reg_dataset.schema_json, excluded.schema_json)
            RETURNING id
            """;
        var id = await work
            .Connection.QuerySingleAsync<string>(
                Insert,
                new
                {
                    Id = NewId(),
                    row.ExperimentId,
                    dataset.Name,
                    dataset.Digest,
                    Schema = dataset.Schema?.ToJson(),
                },
                work.Transaction
            )
            .ConfigureAwait(false);
        await work
            .Connection.ExecuteAsync(
                "INSERT INTO reg_run_input (run_id, dataset_id) VALUES (@Run, @id) ON CONFLICT (run_id, dataset_id) DO NOTHING",
                new { Run = row.Id, id },
                work.Transaction
            )
            .ConfigureAwait(false);
        work.Link(new(AssetKind.Dataset, dataset.Digest), row.Asset, "trainedOn");
    }

    internal async Task<RunArtifact> WriteArtifactAsync(string runId, string path, Stream content, CancellationToken cancellationToken)
    {
        var info = await artifacts.PutAsync(content, cancellationToken).ConfigureAwait(false);
        const string Upsert = """
            INSERT INTO reg_artifact_entry (owner_kind, owner_id, path, digest, size) VALUES ('run', @runId, @path, @Digest, @Size)
            ON CONFLICT (owner_kind, owner_id, path) DO UPDATE SET digest = excluded.digest, size = excluded.size
            """;
        await WriteAsync(
                async work =>
                {
                    await work
                        .Connection.ExecuteAsync(
                            Upsert,
                            new
                            {
                                runId,
                                path,
                                Digest = info.Digest.ToString(),
                                info.Size,
                            },
                            work.Transaction
                        )
                        .ConfigureAwait(false);

                    // One owner a path: replacing the entry lets go of the bytes before, and of nothing else.
                    var owner = new ArtifactOwner("runArtifact", $"{runId}/{path}");
                    work.Release(owner);
                    work.Reference(info.Digest, owner);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new(path, info.Digest, info.Size);
    }

    private async Task<Experiment> GetOrCreateAsync(IUnitOfWork work, string name)
    {
        var created = await work
            .Connection.ExecuteAsync(
                "INSERT INTO reg_experiment (id, name, created_at, updated_at) VALUES (@Id, @name, @At, @At) ON CONFLICT (name) DO NOTHING",
                new
                {
                    Id = NewId(),
                    name,
                    At = clocks.Platform.NowMicros(),
                },
                work.Transaction
            )
            .ConfigureAwait(false);
        var (id, at) = await work
            .Connection.QuerySingleAsync<(string, long)>(
                "SELECT id, created_at FROM reg_experiment WHERE name = @name",
                new { name },
                work.Transaction
            )
            .ConfigureAwait(false);
        if (created > 0)
        {
            work.Append(new(EventTypes.ExperimentCreated, new(AssetKind.Experiment, name)) { Payload = new JsonObject { ["id"] = id } });
        }

        return new(id, name, StoredTime.FromMicros(at));
    }

    private async Task<RunRow> StartAsync(IUnitOfWork work, string experiment, string id, RunOptions options)
    {
        var parent = await GetOrCreateAsync(work, experiment).ConfigureAwait(false);
        await work.LockAsync($"registry.run:{id}").ConfigureAwait(false); // Two that start one run at once: the second goes on with it.
        var existing = await FindRowAsync(work, id).ConfigureAwait(false);
        if (existing is not null && !string.Equals(existing.ExperimentId, parent.Id, StringComparison.Ordinal))
        {
            throw new MlPlatformException($"Run {id} belongs to experiment '{existing.Experiment}', not to '{experiment}'.");
        }

        if (options.ParentRunId is { } above && await FindRowAsync(work, above.ToString()).ConfigureAwait(false) is null)
        {
            throw new AssetNotFoundException(new(AssetKind.Run, above.ToString()), "Start the parent run first.");
        }

        var row = existing ?? NewRow(parent, id, options);
        var before = existing?.Status;
        await SaveAsync(work, row, isNew: existing is null).ConfigureAwait(false);
        foreach (var (key, value) in options.Tags)
        {
            await WriteTagAsync(work, row, key, value).ConfigureAwait(false);
        }

        // A run that was still open goes on: that is no second start.
        if (!string.Equals(before, RunRow.ToText(RunStatus.Running), StringComparison.Ordinal))
        {
            Announce(work, row, options.Provenance, isContinued: existing is not null);
        }

        return row;
    }

    private RunRow NewRow(Experiment experiment, string id, RunOptions options) =>
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
            Provenance = options.Provenance is null
                ? null
                : JsonSerializer.Serialize(options.Provenance, RegistryJson.Default.RunProvenance),
        };

    private static Task<int> SaveAsync(IUnitOfWork work, RunRow row, bool isNew)
    {
        const string Insert = """
            INSERT INTO reg_run (id, experiment_id, name, parent_id, status, start_time, actor_id, provenance)
            VALUES (@Id, @ExperimentId, @Name, @ParentId, @Status, @StartTime, @Actor, @Provenance)
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

    private static Task<RunRow?> FindRowAsync(IUnitOfWork work, string id) =>
        work.Connection.QuerySingleOrDefaultAsync<RunRow>(
            $"SELECT {RunRow.Columns} FROM {RunRow.From} WHERE r.id = @id",
            new { id },
            work.Transaction
        );

    private string NewId() => RunId.New(clocks.Platform).ToString();
}
