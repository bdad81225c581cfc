using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry
{
    /// <summary>The alias whose target is what consumers get: moving it is a deployment.</summary>
    private const string Champion = "champion";

    public async Task<ModelAlias> SetAliasAsync(
        string name,
        string alias,
        int version,
        ETag? expected,
        AliasMoveReason reason,
        CancellationToken cancellationToken = default
    )
    {
        Check(name, alias, reason);
        await EnsureEvidenceAsync(reason, cancellationToken).ConfigureAwait(false);
        return await database
            .WriteAsync(Durability.Power, work => SetAliasAsync(work, name, alias, version, expected, reason), cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task<ModelAlias> SetAliasAsync(
        IUnitOfWork work,
        string name,
        string alias,
        int version,
        ETag? expected,
        AliasMoveReason reason
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        Check(name, alias, reason);
        await LockModelAsync(work, name).ConfigureAwait(false); // Or the version could be deleted, and the model renamed, between here and the move.
        var exists = await work
            .Connection.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM reg_model_version WHERE model = @name AND version = @version AND deleted_at IS NULL",
                new { name, version },
                work.Transaction
            )
            .ConfigureAwait(false);
        if (exists == 0)
        {
            throw new AssetNotFoundException(
                new(AssetKind.Model, name, version),
                $"Alias '{alias}' can only point at a registered version."
            );
        }

        var row = await MoveAsync(work, name, alias, version, expected, reason, "set").ConfigureAwait(false);
        return row.ToAlias()!;
    }

    public async Task<ETag> PromoteAsync(IUnitOfWork work, ModelPromotion promotion)
    {
        ArgumentNullException.ThrowIfNull(promotion);
        var (id, alias, expected, reason) = promotion;
        var moved = await SetAliasAsync(work, id.Name, alias, id.Version, expected, reason).ConfigureAwait(false);
        return moved.ETag;
    }

    public async Task<bool> RemoveAliasAsync(
        string name,
        string alias,
        ETag? expected,
        AliasMoveReason reason,
        CancellationToken cancellationToken = default
    )
    {
        Check(name, alias, reason);
        await EnsureEvidenceAsync(reason, cancellationToken).ConfigureAwait(false);
        return await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    await LockModelAsync(work, name).ConfigureAwait(false);
                    var before = await FindAliasAsync(work, name, alias).ConfigureAwait(false);
                    if (before?.Version is null && (expected is null || expected == ETag.None))
                    {
                        return false;
                    }

                    await MoveAsync(work, name, alias, null, expected, reason, "remove").ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Moves an alias of a model whose row the caller has locked.</summary>
    private async Task<AliasRow> MoveAsync(
        IUnitOfWork work,
        string name,
        string alias,
        int? version,
        ETag? expected,
        AliasMoveReason reason,
        string operation
    )
    {
        var before = await FindAliasAsync(work, name, alias).ConfigureAwait(false);
        var tag = before?.Version is null ? ETag.None : new ETag(before.RowVersion);
        if (expected is { } wanted && wanted != tag)
        {
            throw new ConcurrencyConflictException("registry.alias", operation, $"{name}@{alias}", wanted, tag);
        }

        if (before is not null && before.Version == version)
        {
            return before;
        }

        var overridden = version is { } number
            ? await guard
                .EnsureAsync(work, new(name, number), alias, before?.Version is { } live ? new(name, live) : null, reason.Kind)
                .ConfigureAwait(false)
            : null;
        var after = new AliasRow
        {
            Model = name,
            Alias = alias,
            Version = version,
            RowVersion = (before?.RowVersion ?? 0) + 1,
        };
        const string Upsert = """
            INSERT INTO reg_model_alias (model, alias, version, row_version) VALUES (@Model, @Alias, @Version, @RowVersion)
            ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version, row_version = excluded.row_version
            """;
        await work.Connection.ExecuteAsync(Upsert, after, work.Transaction).ConfigureAwait(false);
        await WriteHistoryAsync(work, before, after, reason).ConfigureAwait(false);
        Announce(work, before, after, reason, overridden);
        return after;
    }

    private async Task WriteHistoryAsync(IUnitOfWork work, AliasRow? before, AliasRow after, AliasMoveReason reason)
    {
        // A simulated clock may jump back; intervals must not overlap, so a move is never earlier than the one before.
        var last = await work
            .Connection.ExecuteScalarAsync<long?>(
                "SELECT MAX(from_at) FROM reg_alias_history WHERE model = @Model AND alias = @Alias",
                after,
                work.Transaction
            )
            .ConfigureAwait(false);
        var at = Math.Max(clocks.Platform.NowMicros(), last ?? long.MinValue);
        await work
            .Connection.ExecuteAsync(
                "UPDATE reg_alias_history SET to_at = @at WHERE model = @Model AND alias = @Alias AND to_at IS NULL",
                new
                {
                    at,
                    after.Model,
                    after.Alias,
                },
                work.Transaction
            )
            .ConfigureAwait(false);
        const string Insert = """
            INSERT INTO reg_alias_history (model, alias, row_version, version, previous, from_at, actor, kind, reason, evidence)
            VALUES (@Model, @Alias, @RowVersion, @Version, @Previous, @FromAt, @Actor, @Kind, @Reason, @Evidence)
            """;
        var row = new
        {
            after.Model,
            after.Alias,
            after.RowVersion,
            after.Version,
            Previous = before?.Version,
            FromAt = at,
            Actor = actors.Current.ToString(),
            Kind = reason.Kind.ToString(),
            Reason = reason.Text,
            Evidence = reason.GateEvidence?.ToString(),
        };
        await work.Connection.ExecuteAsync(Insert, row, work.Transaction).ConfigureAwait(false);
    }

    private static void Announce(IUnitOfWork work, AliasRow? before, AliasRow after, AliasMoveReason reason, PromotionOverride? overridden)
    {
        var alias = new AssetRef(AssetKind.Alias, $"{after.Model}@{after.Alias}");
        if (reason.GateEvidence is { } evidence)
        {
            work.Reference(evidence, new("aliasMove", $"{alias.Id}/{after.RowVersion}"));
        }

        var related = new List<AssetRef>();
        foreach (var version in new[] { after.Version, before?.Version })
        {
            if (version is { } number)
            {
                related.Add(new(AssetKind.Model, after.Model, number));
            }
        }

        if (after.Version is { } live)
        {
            work.Link(new(AssetKind.Model, after.Model, live), alias, "deployedAs");
        }

        work.Append(
            new(EventTypes.AliasMoved, alias)
            {
                CauseId = reason.CauseId,
                Related = related,
                Payload = new JsonObject
                {
                    ["from"] = before?.Version,
                    ["to"] = after.Version,
                    ["kind"] = KindText(reason),
                    ["reason"] = reason.Text,
                    ["gate"] = reason.GateEvidence?.ToString(),
                    ["overriddenBy"] = overridden?.Actor,
                },
            }
        );
        if (after.Version is { } active && string.Equals(after.Alias, Champion, StringComparison.Ordinal))
        {
            work.Append(
                new(EventTypes.DeployActivated, new(AssetKind.Model, after.Model, active))
                {
                    CauseId = reason.CauseId,
                    Related = [alias],
                    Payload = new JsonObject
                    {
                        ["alias"] = after.Alias,
                        ["kind"] = KindText(reason),
                        ["previous"] = before?.Version,
                        ["gate"] = reason.GateEvidence?.ToString(),
                    },
                }
            );
        }

        work.Notify(ChangeTopics.Models);
        RegistryDiagnostics.AliasMoves.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", after.Model));
    }

    private static string KindText(AliasMoveReason reason) => reason.Kind.ToString().ToLowerInvariant();

    /// <summary>One after the other: moves of the model's aliases, deletions, renames and registrations. Nothing is locked when there is no such model.</summary>
    private Task<int> LockModelAsync(IUnitOfWork work, string name) =>
        work.Connection.ExecuteAsync(
            $"SELECT name FROM reg_model WHERE name = @name {database.Dialect.ForUpdate()}",
            new { name },
            work.Transaction
        );

    private static Task<AliasRow?> FindAliasAsync(IUnitOfWork work, string name, string alias) =>
        work.Connection.QuerySingleOrDefaultAsync<AliasRow>(
            $"SELECT {AliasRow.Columns} FROM reg_model_alias WHERE model = @name AND alias = @alias",
            new { name, alias },
            work.Transaction
        );

    private async Task EnsureEvidenceAsync(AliasMoveReason reason, CancellationToken cancellationToken)
    {
        if (reason.GateEvidence is { } digest && await artifacts.FindAsync(digest, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new ArtifactNotFoundException(digest);
        }
    }

    private static void Check(string name, string alias, AliasMoveReason reason)
    {
        ModelNames.CheckModel(name);
        ModelNames.CheckAlias(alias);
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason.Text, nameof(reason));
    }
}
