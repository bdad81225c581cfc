using System.Data.Common;
using System.Globalization;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Holds every move of an alias against its policies, inside the transaction of the move.</summary>
internal sealed class PromotionGuard(IEnumerable<PromotionPolicy> policies, Clocks clocks)
{
    private readonly PromotionPolicy[] policies = [.. policies];

    public IReadOnlyList<PromotionPolicy> Find(string model, string alias) => [.. policies.Where(p => p.Guards(model, alias))];

    /// <summary>A policy that names the model would no longer hold, or hold another.</summary>
    public bool Names(string model) => policies.Any(p => string.Equals(p.Model, model, StringComparison.Ordinal));

    /// <returns>The override that the move rests on; null when it needs none.</returns>
    /// <exception cref="PromotionRefusedException">The policies do not allow it.</exception>
    public async Task<PromotionOverride?> EnsureAsync(
        IUnitOfWork work,
        ModelVersionId version,
        string alias,
        ModelVersionId? baseline,
        AliasMoveKind kind
    )
    {
        var found = Find(version.Name, alias);
        if (found.Count == 0 || (kind == AliasMoveKind.Rollback && await WasLiveAsync(work, version, alias).ConfigureAwait(false)))
        {
            return null;
        }

        var requirements = await ReadAsync(work.Connection, work.Transaction, found, version, alias, baseline).ConfigureAwait(false);
        var refused = requirements.Where(r => r.Verdict != GateVerdict.Pass).ToArray();
        if (refused.Length == 0)
        {
            return null;
        }

        return await FindOverrideAsync(work, version, alias).ConfigureAwait(false)
            ?? throw new PromotionRefusedException(
                version,
                alias,
                [.. refused.Select(r => $"{r.Name}: {r.Reason}"), "Meet these with IPromotions, or override them with a reason."]
            );
    }

    /// <summary>How the requirements stand by what is recorded.</summary>
    public static async Task<IReadOnlyList<PromotionRequirement>> ReadAsync(
        DbConnection connection,
        DbTransaction? transaction,
        IReadOnlyList<PromotionPolicy> found,
        ModelVersionId version,
        string alias,
        ModelVersionId? baseline
    )
    {
        var checks = await GateCheck.ListAsync(connection, transaction, version.ToAsset()).ConfigureAwait(false);
        var requirements = new List<PromotionRequirement>();
        foreach (var policy in found)
        {
            requirements.AddRange(
                policy.Checks.Select(name => Of(name, checks.FirstOrDefault(c => Is(c, name)), baseline, compares: true))
            );
            requirements.AddRange(policy.Gates.Select(g => Of(g.Name, FindCheck(checks, g), baseline, g.ComparesWithBaseline)));
            if (policy.Approvals > 0)
            {
                requirements.Add(await CountApprovalsAsync(connection, transaction, policy, version, alias).ConfigureAwait(false));
            }
        }

        return requirements;
    }

    private static GateCheck? FindCheck(IReadOnlyList<GateCheck> checks, IPromotionGate gate) =>
        checks.FirstOrDefault(c => Is(c, gate.Name) && string.Equals(c.PolicyHash, gate.PolicyHash, StringComparison.Ordinal));

    private static bool Is(GateCheck check, string gate) => string.Equals(check.Gate, gate, StringComparison.Ordinal);

    private static PromotionRequirement Of(string name, GateCheck? check, ModelVersionId? baseline, bool compares)
    {
        if (check is null)
        {
            return new(name, GateVerdict.Inconclusive, "It has not been checked.");
        }

        return compares && check.Baseline != baseline?.ToAsset()
            ? new(
                name,
                GateVerdict.Inconclusive,
                $"It was checked against {check.Baseline?.ToString() ?? "nothing"}; now it is {baseline?.ToAsset().ToString() ?? "nothing"}."
            )
            : new(name, check.Verdict, check.Reason) { Evidence = check.Evidence };
    }

    private static async Task<PromotionRequirement> CountApprovalsAsync(
        DbConnection connection,
        DbTransaction? transaction,
        PromotionPolicy policy,
        ModelVersionId version,
        string alias
    )
    {
        const string Sql = """
            SELECT a.approver, a.roles FROM reg_approval a
            JOIN reg_model_version v ON v.model = a.model AND v.version = a.version
            WHERE a.model = @Name AND a.version = @Version AND a.alias = @alias AND a.approver <> v.created_by
            """;
        var rows = await connection
            .QueryAsync<(string Approver, string Roles)>(
                Sql,
                new
                {
                    version.Name,
                    version.Version,
                    alias,
                },
                transaction
            )
            .ConfigureAwait(false);
        var count = rows.Count(r => policy.ApproverRole is not { } role || r.Roles.Split('\n').Contains(role, StringComparer.Ordinal));
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{count} of {policy.Approvals} approvals{(policy.ApproverRole is { } by ? $" by '{by}'" : "")}, the maker's not counted."
        );
        return new("approvals", count >= policy.Approvals ? GateVerdict.Pass : GateVerdict.Inconclusive, reason);
    }

    private async Task<PromotionOverride?> FindOverrideAsync(IUnitOfWork work, ModelVersionId version, string alias)
    {
        var all = await ListOverridesAsync(work.Connection, work.Transaction, version, alias).ConfigureAwait(false);
        var now = clocks.Platform.GetUtcNow();
        return all.LastOrDefault(o => o.Until > now);
    }

    public static async Task<IReadOnlyList<PromotionOverride>> ListOverridesAsync(
        DbConnection connection,
        DbTransaction? transaction,
        ModelVersionId version,
        string alias
    )
    {
        const string Sql = """
            SELECT actor, reason, at, until_at FROM reg_override
            WHERE model = @Name AND version = @Version AND alias = @alias ORDER BY at, actor
            """;
        var rows = await connection
            .QueryAsync<(string Actor, string Reason, long At, long Until)>(
                Sql,
                new
                {
                    version.Name,
                    version.Version,
                    alias,
                },
                transaction
            )
            .ConfigureAwait(false);
        return [.. rows.Select(r => new PromotionOverride(r.Actor, r.Reason, StoredTime.FromMicros(r.At), StoredTime.FromMicros(r.Until)))];
    }

    private static async Task<bool> WasLiveAsync(IUnitOfWork work, ModelVersionId version, string alias) =>
        await work
            .Connection.ExecuteScalarAsync<long>(
                "SELECT COUNT(*) FROM reg_alias_history WHERE model = @Name AND alias = @alias AND version = @Version",
                new
                {
                    version.Name,
                    version.Version,
                    alias,
                },
                work.Transaction
            )
            .ConfigureAwait(false) > 0;
}
