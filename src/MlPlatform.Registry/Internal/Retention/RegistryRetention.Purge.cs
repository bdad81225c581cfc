using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class RegistryRetention
{
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromDays(30);

    // In this order: a run can go when its logged models are gone, an experiment when its runs are.
    private static readonly PurgeKind[] Kinds =
    [
        new(
            AssetKind.Model,
            "SELECT model AS Id, version AS Version, deleted_at AS At FROM reg_model_version",
            "model = @Id AND version = @Version",
            PurgeVersionAsync,
            NeverKept
        ),
        new(
            AssetKind.LoggedModel,
            "SELECT id AS Id, NULL AS Version, deleted_at AS At FROM reg_logged_model",
            "id = @Id",
            PurgeLoggedModelAsync,
            WhyKeepLoggedModelAsync
        ),
        new(AssetKind.Run, "SELECT id AS Id, NULL AS Version, deleted_at AS At FROM reg_run", "id = @Id", PurgeRunAsync, WhyKeepRunAsync),
        new(
            AssetKind.Experiment,
            "SELECT id AS Id, NULL AS Version, deleted_at AS At FROM reg_experiment",
            "id = @Id",
            PurgeExperimentAsync,
            WhyKeepExperimentAsync
        ),
    ];

    public async Task<IReadOnlyList<RetentionItem>> PurgeAsync(
        TimeSpan? gracePeriod = null,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    )
    {
        var grace = gracePeriod ?? DefaultGrace;
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero, nameof(gracePeriod));
        var before = StoredTime.ToMicros(clocks.Platform.GetUtcNow() - grace);
        var items = new List<RetentionItem>();
        foreach (var kind in Kinds)
        {
            var rows = await QueryAsync<(string Id, long? Version, long At)>(
                    $"{kind.Select} WHERE deleted_at <= @before ORDER BY 3, 1, 2",
                    new { before },
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var asset = new AssetRef(kind.Kind, row.Id, (int?)row.Version);
                items.Add(await PurgeAsync(kind, asset, row.At, before, dryRun, items, cancellationToken).ConfigureAwait(false));
            }
        }

        return items;
    }

    private Task<RetentionItem> PurgeAsync(
        PurgeKind kind,
        AssetRef asset,
        long at,
        long before,
        bool dryRun,
        List<RetentionItem> items,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            Durability.Power,
            async work =>
            {
                // A dry run has removed nothing yet: what would be gone by now speaks for nothing.
                var gone = dryRun ? items.Where(i => i.Removed).Select(i => i.Asset.Id).ToHashSet(StringComparer.Ordinal) : [];
                if (await kind.WhyKeep(work, asset, gone).ConfigureAwait(false) is { } reason)
                {
                    return new RetentionItem(asset, false, reason);
                }

                // Locks the row too: it may have been restored since it was listed.
                var locked = await work
                    .Connection.QueryAsync<(string, long?, long)>(
                        $"{kind.Select} WHERE deleted_at <= @before AND {kind.Key} {database.Dialect.ForUpdate()}",
                        new
                        {
                            before,
                            asset.Id,
                            asset.Version,
                        },
                        work.Transaction
                    )
                    .ConfigureAwait(false);
                if (!locked.Any())
                {
                    return new RetentionItem(asset, false, "It was restored or purged in the meantime.");
                }

                if (!dryRun)
                {
                    await kind.Purge(work, asset).ConfigureAwait(false);
                    work.Append(
                        new(EventTypes.RegistryPurged, asset)
                        {
                            Payload = new JsonObject { ["deletedAt"] = StoredTime.FromMicros(at).ToString("O") },
                        }
                    );
                }

                return new RetentionItem(asset, true, $"It was deleted on {StoredTime.FromMicros(at):yyyy-MM-dd}.");
            },
            cancellationToken
        );

    private static Task<string?> NeverKept(IUnitOfWork work, AssetRef asset, HashSet<string> gone) => Task.FromResult<string?>(null);

    private static async Task<string?> WhyKeepLoggedModelAsync(IUnitOfWork work, AssetRef asset, HashSet<string> gone) =>
        await HeldAsync(work, "SELECT model_id FROM reg_logged_model_tag WHERE model_id = @Id AND key = @Hold", asset).ConfigureAwait(false)
        ?? await NamedByVersionAsync(work, "v.logged_model_id = @id OR v.source LIKE @like", asset.Id).ConfigureAwait(false);

    private static async Task<string?> WhyKeepRunAsync(IUnitOfWork work, AssetRef asset, HashSet<string> gone)
    {
        const string Held = "SELECT run_id FROM reg_run_tag WHERE run_id = @Id AND key = @Hold";
        if (await HeldAsync(work, Held, asset).ConfigureAwait(false) is { } held)
        {
            return held;
        }

        if (await NamedByVersionAsync(work, "v.run_id = @id OR v.source LIKE @like", asset.Id).ConfigureAwait(false) is { } named)
        {
            return named;
        }

        const string Sql = """
            SELECT r.id FROM reg_run r WHERE r.parent_id = @Id
            UNION ALL SELECT m.id FROM reg_logged_model m WHERE m.source_run_id = @Id
            """;
        var parts = (await work.Connection.QueryAsync<string>(Sql, asset, work.Transaction).ConfigureAwait(false)).Where(p =>
            !gone.Contains(p)
        );
        return parts.FirstOrDefault() is { } part ? $"'{part}' is a part of it and not purged." : null;
    }

    private static async Task<string?> WhyKeepExperimentAsync(IUnitOfWork work, AssetRef asset, HashSet<string> gone)
    {
        const string Held = """
            SELECT experiment_id FROM reg_experiment_tag WHERE experiment_id = @Id AND key = @Hold
            UNION ALL
            SELECT t.id FROM reg_trace t JOIN reg_trace_tag g ON g.trace_id = t.id WHERE t.experiment_id = @Id AND g.key = @Hold
            """;
        if (await HeldAsync(work, Held, asset).ConfigureAwait(false) is { } held)
        {
            return held;
        }

        const string Sql = """
            SELECT r.id FROM reg_run r WHERE r.experiment_id = @Id
            UNION ALL SELECT m.id FROM reg_logged_model m WHERE m.experiment_id = @Id
            """;
        var parts = (await work.Connection.QueryAsync<string>(Sql, asset, work.Transaction).ConfigureAwait(false)).Where(p =>
            !gone.Contains(p)
        );
        return parts.FirstOrDefault() is { } part ? $"'{part}' is in it and not purged." : null;
    }

    /// <summary>Why a tag keeps it: its own, or that of something in it.</summary>
    private static async Task<string?> HeldAsync(IUnitOfWork work, string sql, AssetRef asset)
    {
        var held = await work
            .Connection.QueryFirstOrDefaultAsync<string>(sql, new { asset.Id, Hold }, work.Transaction)
            .ConfigureAwait(false);
        return held is null ? null
            : held == asset.Id ? $"It has the tag '{Hold}'."
            : $"'{held}' in it has the tag '{Hold}'.";
    }

    private static async Task<string?> NamedByVersionAsync(IUnitOfWork work, string condition, string id)
    {
        var version = await work
            .Connection.QueryFirstOrDefaultAsync<(string Model, long Version)?>(
                $"SELECT v.model, v.version FROM reg_model_version v WHERE v.deleted_at IS NULL AND ({condition}) ORDER BY 1, 2 LIMIT 1",
                new { id, like = $"%{id}%" },
                work.Transaction
            )
            .ConfigureAwait(false);
        return version is { } found ? $"{new ModelVersionId(found.Model, (int)found.Version)} names it." : null;
    }

    private static Task PurgeVersionAsync(IUnitOfWork work, AssetRef asset) =>
        DeleteAsync(
            work,
            "model = @Id AND version = @Version",
            asset,
            ["reg_approval", "reg_override", "reg_model_card", "reg_model_signature", "reg_model_version_tag", "reg_model_version"]
        );

    private static async Task PurgeLoggedModelAsync(IUnitOfWork work, AssetRef asset)
    {
        await ArtifactScope.RemoveAsync(work, ArtifactTreeId.OfLoggedModel(asset.Id)).ConfigureAwait(false);
        await DeleteAsync(
                work,
                "model_id = @Id",
                asset,
                ["reg_run_model", "reg_logged_model_metric", "reg_logged_model_tag", "reg_logged_model_param"]
            )
            .ConfigureAwait(false);
        await DeleteAsync(work, "id = @Id", asset, ["reg_logged_model"]).ConfigureAwait(false);
    }

    private static async Task PurgeRunAsync(IUnitOfWork work, AssetRef asset)
    {
        await ArtifactScope.RemoveAsync(work, ArtifactTreeId.OfRun(RunId.Parse(asset.Id))).ConfigureAwait(false);
        work.Release(new(ExperimentTracker.ArtifactOwnerKind, asset.Id));
        await DeleteAsync(
                work,
                "run_id = @Id",
                asset,
                [
                    "reg_metric_latest", // Before the points, as they are written: who still logs is waited for here.
                    "reg_metric_point",
                    "reg_run_param",
                    "reg_run_tag",
                    "reg_run_input_tag",
                    "reg_run_input",
                    "reg_run_model",
                    "reg_logged_model_metric",
                ]
            )
            .ConfigureAwait(false);
        await DeleteAsync(work, "id = @Id", asset, ["reg_run"]).ConfigureAwait(false);
    }

    private static async Task PurgeExperimentAsync(IUnitOfWork work, AssetRef asset)
    {
        await TraceStore.RemoveAsync(work, "experiment_id = @Id", asset).ConfigureAwait(false);
        await DeleteAsync(work, "experiment_id = @Id", asset, ["reg_dataset", "reg_experiment_tag"]).ConfigureAwait(false);
        await DeleteAsync(work, "id = @Id", asset, ["reg_experiment"]).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(IUnitOfWork work, string condition, AssetRef asset, IEnumerable<string> tables)
    {
        foreach (var table in tables)
        {
            await work.Connection.ExecuteAsync($"DELETE FROM {table} WHERE {condition}", asset, work.Transaction).ConfigureAwait(false);
        }
    }

    private sealed record PurgeKind(
        AssetKind Kind,
        string Select,
        string Key,
        Func<IUnitOfWork, AssetRef, Task> Purge,
        Func<IUnitOfWork, AssetRef, HashSet<string>, Task<string?>> WhyKeep
    );
}
