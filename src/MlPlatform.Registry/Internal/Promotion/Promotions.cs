using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class Promotions(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    IModelRegistry registry,
    IModelCards cards,
    IModelSignatures signatures,
    IActorAccessor actors,
    PromotionGuard guard,
    Clocks clocks
) : IPromotions
{
    public async Task<IReadOnlyList<PromotionRequirement>> CheckAsync(
        ModelVersionId version,
        string alias = "champion",
        CancellationToken cancellationToken = default
    )
    {
        var candidate = await FindAsync(version, cancellationToken).ConfigureAwait(false);
        ModelNames.CheckAlias(alias);
        var now = await registry.GetAliasAsync(version.Name, alias, cancellationToken).ConfigureAwait(false);
        return await CheckAsync(candidate, alias, now, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ModelAlias> PromoteAsync(
        ModelVersionId version,
        string alias = "champion",
        string? reason = null,
        CancellationToken cancellationToken = default
    )
    {
        var candidate = await FindAsync(version, cancellationToken).ConfigureAwait(false);
        ModelNames.CheckAlias(alias);
        var now = await registry.GetAliasAsync(version.Name, alias, cancellationToken).ConfigureAwait(false);
        var requirements = await CheckAsync(candidate, alias, now, cancellationToken).ConfigureAwait(false);

        // The move itself asks the guard again: what was found here may have changed.
        var evidence = requirements.Select(r => r.Evidence).FirstOrDefault(e => e is not null);
        return await registry
            .SetAliasAsync(
                version.Name,
                alias,
                version.Version,
                now?.ETag ?? ETag.None,
                new(AliasMoveKind.Human, reason ?? $"promoted to {alias}", evidence),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async Task ApproveAsync(
        ModelVersionId version,
        string alias = "champion",
        string? comment = null,
        CancellationToken cancellationToken = default
    )
    {
        await FindAsync(version, cancellationToken).ConfigureAwait(false);
        ModelNames.CheckAlias(alias);
        RunRules.CheckLength(comment ?? string.Empty, 5000, "comment");
        var actor = actors.Current;
        if (actor == Actor.Anonymous)
        {
            throw new PromotionRefusedException(version, alias, ["An approval needs somebody with an identity."]);
        }

        const string Sql = """
            INSERT INTO reg_approval (model, version, alias, approver, roles, comment, at)
            VALUES (@Name, @Version, @alias, @Approver, @Roles, @comment, @At)
            ON CONFLICT (model, version, alias, approver) DO UPDATE
            SET roles = excluded.roles, comment = excluded.comment, at = excluded.at
            """;
        var row = new
        {
            version.Name,
            version.Version,
            alias,
            Approver = actor.ToString(),
            Roles = string.Join('\n', actor.Roles),
            comment,
            At = clocks.Platform.NowMicros(),
        };
        await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                    work.Append(
                        new(EventTypes.PromotionApproved, version.ToAsset())
                        {
                            Payload = new JsonObject { ["alias"] = alias, ["comment"] = comment },
                        }
                    );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<IReadOnlyList<PromotionApproval>> ListApprovalsAsync(
        ModelVersionId version,
        string alias = "champion",
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(version);
        const string Sql = """
            SELECT approver, comment, at FROM reg_approval
            WHERE model = @Name AND version = @Version AND alias = @alias ORDER BY at, approver
            """;
        var values = new
        {
            version.Name,
            version.Version,
            alias,
        };
        return database.ReadAsync<IReadOnlyList<PromotionApproval>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<(string Approver, string? Comment, long At)>(new(Sql, values, cancellationToken: cancellationToken))
                            .ConfigureAwait(false)
                    ).Select(r => new PromotionApproval(r.Approver, r.Comment, StoredTime.FromMicros(r.At))),
                ],
            cancellationToken
        );
    }

    public async Task OverrideAsync(
        ModelVersionId version,
        string alias,
        string reason,
        DateTimeOffset until,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        RunRules.CheckLength(reason, 5000, "reason");
        ModelNames.CheckAlias(alias);
        await FindAsync(version, cancellationToken).ConfigureAwait(false);
        var now = clocks.Platform.GetUtcNow();
        if (until <= now)
        {
            throw new ArgumentOutOfRangeException(nameof(until), until, $"An override ends later than now, {now:u}.");
        }

        var actor = actors.Current;
        if (guard.Find(version.Name, alias).Any(p => !p.OverrideRoles.Any(r => actor.Roles.Contains(r, StringComparer.Ordinal))))
        {
            throw new PromotionRefusedException(version, alias, [$"{actor} has no role that may override its policy."]);
        }

        const string Sql = """
            INSERT INTO reg_override (model, version, alias, actor, reason, at, until_at)
            VALUES (@Name, @Version, @alias, @Actor, @reason, @At, @Until)
            ON CONFLICT (model, version, alias, actor, at) DO UPDATE SET reason = excluded.reason, until_at = excluded.until_at
            """;
        var row = new
        {
            version.Name,
            version.Version,
            alias,
            Actor = actor.ToString(),
            reason,
            At = StoredTime.ToMicros(now),
            Until = StoredTime.ToMicros(until),
        };
        await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                    work.Append(
                        new(EventTypes.GateOverridden, version.ToAsset())
                        {
                            Payload = new JsonObject
                            {
                                ["alias"] = alias,
                                ["reason"] = reason,
                                ["until"] = until.ToUniversalTime().ToString("O"),
                            },
                        }
                    );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<IReadOnlyList<PromotionOverride>> ListOverridesAsync(
        ModelVersionId version,
        string alias = "champion",
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(version);
        return database.ReadAsync(connection => PromotionGuard.ListOverridesAsync(connection, null, version, alias), cancellationToken);
    }

    private async Task<IReadOnlyList<PromotionRequirement>> CheckAsync(
        ModelVersion version,
        string alias,
        ModelAlias? now,
        CancellationToken cancellationToken
    )
    {
        var policies = guard.Find(version.Id.Name, alias);
        if (policies.Count == 0)
        {
            return [];
        }

        var recorded = await ReadAsync(policies, version.Id, alias, now?.VersionId, cancellationToken).ConfigureAwait(false);
        var passed = recorded.Where(r => r.Verdict == GateVerdict.Pass).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var open = policies.SelectMany(p => p.Gates).Where(g => !passed.Contains(g.Name)).ToArray();
        if (open.Length == 0)
        {
            return recorded;
        }

        var candidate = await DescribeAsync(version, alias, now, cancellationToken).ConfigureAwait(false);
        foreach (var gate in open)
        {
            var judged = await gate.EvaluateAsync(candidate, cancellationToken).ConfigureAwait(false);
            await RecordAsync(version.Id, gate, judged, now?.VersionId, cancellationToken).ConfigureAwait(false);
        }

        return await ReadAsync(policies, version.Id, alias, now?.VersionId, cancellationToken).ConfigureAwait(false);
    }

    private Task<IReadOnlyList<PromotionRequirement>> ReadAsync(
        IReadOnlyList<PromotionPolicy> policies,
        ModelVersionId version,
        string alias,
        ModelVersionId? baseline,
        CancellationToken cancellationToken
    ) =>
        database.ReadAsync(connection => PromotionGuard.ReadAsync(connection, null, policies, version, alias, baseline), cancellationToken);

    private async Task<PromotionCandidate> DescribeAsync(
        ModelVersion version,
        string alias,
        ModelAlias? now,
        CancellationToken cancellationToken
    )
    {
        var baseline = now is null ? null : await registry.GetVersionAsync(now.VersionId, cancellationToken).ConfigureAwait(false);
        return new(version, alias, baseline)
        {
            Package = await OpenAsync(version, cancellationToken).ConfigureAwait(false),
            BaselinePackage = baseline is null ? null : await OpenAsync(baseline, cancellationToken).ConfigureAwait(false),
            Signers = [.. (await signatures.VerifyAsync(version.Id, cancellationToken).ConfigureAwait(false)).Select(s => s.Signer)],
            Card = (await cards.GetAsync(version.Id, cancellationToken).ConfigureAwait(false))?.Card,
        };
    }

    private async Task<ModelPackage?> OpenAsync(ModelVersion version, CancellationToken cancellationToken) =>
        version.ManifestDigest is { } digest
            ? await ModelPackage.OpenAsync(artifacts, digest, cancellationToken).ConfigureAwait(false)
            : null;

    private async Task RecordAsync(
        ModelVersionId version,
        IPromotionGate gate,
        PromotionJudgement judged,
        ModelVersionId? baseline,
        CancellationToken cancellationToken
    )
    {
        var result = new GateResult(gate.Name, version.ToAsset(), judged.Verdict, judged.Reason, clocks.Platform.GetUtcNow())
        {
            Baseline = gate.ComparesWithBaseline ? baseline?.ToAsset() : null,
            Evidence = judged.Evidence,
            PolicyHash = gate.PolicyHash,
        };
        var digest = (await artifacts.PutBytesAsync(result.ToBytes(), cancellationToken).ConfigureAwait(false)).Digest;
        await database
            .WriteAsync(
                Durability.Power,
                work =>
                {
                    work.Reference(digest, ModelRegistry.OwnerOf(version));
                    work.Append(result.ToEvent(digest));
                    return Task.CompletedTask;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<ModelVersion> FindAsync(ModelVersionId version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return await registry.GetVersionAsync(version, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(version.ToAsset());
    }
}
