using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed partial class MlflowModelRegistry
{
    private const string NoHistory =
        "An MLflow server keeps no history of its aliases. The event log has the moves that were made through this platform, as events of the type 'alias.moved'.";

    /// <remarks>
    /// MLflow has no conditional move: the alias is read, compared and set. Two that move it at the same moment may both succeed; the later one holds.
    /// </remarks>
    public async Task<ModelAlias> SetAliasAsync(
        string name,
        string alias,
        int version,
        ETag? expected,
        AliasMoveReason reason,
        CancellationToken cancellationToken = default
    )
    {
        if (await PrepareMoveAsync(name, alias, version, expected, reason, false, cancellationToken).ConfigureAwait(false) is { } move)
        {
            await calls
                .RunAsync(
                    NewCall(),
                    move.Announcement,
                    () => client.SendAsync(move.Call, cancellationToken),
                    _ => null,
                    Durability.Power,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return new(name, alias, version, new(version));
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
        if (await PrepareMoveAsync(name, alias, version, expected, reason, true, CancellationToken.None).ConfigureAwait(false) is { } move)
        {
            await client.SendAsync(move.Call, CancellationToken.None).ConfigureAwait(false);
            move.Announcement.AppendTo(work, null);
        }

        return new(name, alias, version, new(version));
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
        var before = await GetAliasAsync(name, alias, cancellationToken).ConfigureAwait(false);
        if (before is null && (expected is null || expected == ETag.None))
        {
            return false;
        }

        Compare(name, alias, expected, before, "remove");
        var call = new MlflowCall(HttpMethod.Delete, "registered-models/alias")
        {
            Body = new() { ["name"] = name, ["alias"] = alias },
            Asset = AssetOf(name),
        };
        await RunAsync(Moved(name, alias, before?.Version, null, reason), call, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public async Task<ModelAlias?> GetAliasAsync(string name, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alias);
        var all = await ListAliasesAsync(name, cancellationToken).ConfigureAwait(false);
        return all.FirstOrDefault(a => string.Equals(a.Alias, alias, StringComparison.Ordinal));
    }

    public async Task<IReadOnlyList<ModelAlias>> ListAliasesAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        try
        {
            var reply = await client.SendAsync(MlflowCalls.GetModel(name), cancellationToken).ConfigureAwait(false);
            return RemoteAssets.ToAliases(reply.RegisteredModel);
        }
        catch (AssetNotFoundException)
        {
            return [];
        }
    }

    public Task<IReadOnlyList<AliasHistoryEntry>> GetAliasHistoryAsync(
        string name,
        string alias,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException(NoHistory);

    public Task<ModelVersionId?> GetLiveAtAsync(
        string name,
        string alias,
        DateTimeOffset time,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException(NoHistory);

    /// <summary>What moves the alias; null when it points there already.</summary>
    /// <param name="name">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="version">The version.</param>
    /// <param name="expected">The state that the caller saw.</param>
    /// <param name="reason">Why.</param>
    /// <param name="isRepeated">
    /// Whether an alias that the caller saw elsewhere, and that points there now, is a move of the caller's whose transaction failed: then its event follows.
    /// </param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    private async Task<(MlflowCall Call, Announcement Announcement)?> PrepareMoveAsync(
        string name,
        string alias,
        int version,
        ETag? expected,
        AliasMoveReason reason,
        bool isRepeated,
        CancellationToken cancellationToken
    )
    {
        Check(name, alias, reason);
        if (reason.GateEvidence is { } evidence && await artifacts.FindAsync(evidence, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new ArtifactNotFoundException(evidence);
        }

        if (await GetVersionAsync(new(name, version), cancellationToken).ConfigureAwait(false) is null)
        {
            throw new AssetNotFoundException(
                new(AssetKind.Model, name, version),
                $"Alias '{alias}' can only point at a registered version."
            );
        }

        var before = await GetAliasAsync(name, alias, cancellationToken).ConfigureAwait(false);
        var isThere = before?.Version == version;
        if (isRepeated && isThere && expected is { } seen && seen != before!.ETag)
        {
            before = seen == ETag.None ? null : before with { Version = (int)seen.RowVersion, ETag = seen };
            isThere = false;
        }

        Compare(name, alias, expected, before, "set");
        if (isThere)
        {
            return null;
        }

        var body = new JsonObject
        {
            ["name"] = name,
            ["alias"] = alias,
            ["version"] = MlflowCalls.TextOf(version),
        };
        return (MlflowCall.Post("registered-models/alias", body, AssetOf(name)), Moved(name, alias, before?.Version, version, reason));
    }

    private static Announcement Moved(string name, string alias, int? from, int? to, AliasMoveReason reason)
    {
        var asset = new AssetRef(AssetKind.Alias, $"{name}@{alias}").ToString();
        var kind = reason.Kind.ToString().ToLowerInvariant();
        var gate = reason.GateEvidence?.ToString();
        var announcement = new Announcement(new(ProbeKind.AliasAt, name, alias, to is { } there ? MlflowCalls.TextOf(there) : null))
        {
            Evidence = gate,
        };
        var related = new[] { to, from }.OfType<int>().Select(v => new AssetRef(AssetKind.Model, name, v).ToString()).ToList();
        var payload = new JsonObject
        {
            ["from"] = from,
            ["to"] = to,
            ["kind"] = kind,
            ["reason"] = reason.Text,
            ["gate"] = gate,
            ["overriddenBy"] = null,
        };
        announcement.Events.Add(new(EventTypes.AliasMoved, asset, related, payload) { CauseId = reason.CauseId?.ToString() });
        if (to is not { } live)
        {
            return announcement;
        }

        var version = new AssetRef(AssetKind.Model, name, live).ToString();
        announcement.Links.Add(new(version, asset, "deployedAs"));
        if (string.Equals(alias, Champion, StringComparison.Ordinal))
        {
            var activated = new JsonObject
            {
                ["alias"] = alias,
                ["kind"] = kind,
                ["previous"] = from,
                ["gate"] = gate,
            };
            announcement.Events.Add(new(EventTypes.DeployActivated, version, [asset], activated) { CauseId = reason.CauseId?.ToString() });
        }

        return announcement;
    }

    private static void Compare(string name, string alias, ETag? expected, ModelAlias? before, string operation)
    {
        var actual = before?.ETag ?? ETag.None;
        if (expected is { } wanted && wanted != actual)
        {
            throw new ConcurrencyConflictException("registry.alias", operation, $"{name}@{alias}", wanted, actual);
        }
    }

    private static void Check(string name, string alias, AliasMoveReason reason)
    {
        CheckName(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason.Text, nameof(reason));
    }
}
