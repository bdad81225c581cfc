using System.Data.Common;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>The unit of work that database providers hand to bodies: it collects events, references, edges and topics, and writes them before the commit.</summary>
/// <remarks>Made by <see cref="UnitOfWorkFactory"/>; not thread-safe.</remarks>
public sealed class UnitOfWork : IUnitOfWork
{
    private readonly Clocks clocks;
    private readonly IActorAccessor actor;
    private readonly string database;
    private readonly Func<ValueTask<long>> databaseTime;
    private readonly Func<string, ValueTask>? lockName;
    private readonly List<PlatformEvent> events = [];
    private readonly List<ArtifactOwner> released = [];
    private readonly List<(ArtifactDigest Digest, ArtifactOwner Owner)> references = [];
    private readonly List<(AssetRef From, AssetRef To, string Relation)> edges = [];
    private readonly HashSet<string> topics = new(StringComparer.Ordinal);

    internal UnitOfWork(
        string database,
        DbConnection connection,
        DbTransaction transaction,
        Func<ValueTask<long>> databaseTime,
        Func<string, ValueTask>? lockName,
        Clocks clocks,
        IActorAccessor actor
    )
    {
        this.database = database;
        this.databaseTime = databaseTime;
        this.lockName = lockName;
        this.clocks = clocks;
        this.actor = actor;
        Connection = connection;
        Transaction = transaction;
    }

    /// <inheritdoc/>
    public DbConnection Connection { get; }

    /// <inheritdoc/>
    public DbTransaction Transaction { get; }

    /// <summary>The topics to publish after the commit.</summary>
    public IReadOnlyCollection<string> Topics => topics;

    /// <inheritdoc/>
    public ValueTask<long> GetDatabaseTimeAsync() => databaseTime();

    /// <inheritdoc/>
    public void Append(PlatformEvent platformEvent)
    {
        ArgumentNullException.ThrowIfNull(platformEvent);
        EnsureMetadata();
        events.Add(platformEvent);
        topics.Add(ChangeTopics.Events);
    }

    /// <inheritdoc/>
    public void Reference(ArtifactDigest digest, ArtifactOwner owner)
    {
        EnsureMetadata();
        references.Add((digest, owner));
    }

    /// <inheritdoc/>
    public void Release(ArtifactOwner owner)
    {
        EnsureMetadata();
        references.RemoveAll(r => r.Owner == owner);
        released.Add(owner);
    }

    /// <inheritdoc/>
    public void Link(AssetRef from, AssetRef to, string relation)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        EnsureMetadata();
        edges.Add((from, to, relation));
    }

    /// <inheritdoc/>
    public ValueTask LockAsync(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return lockName is null ? ValueTask.CompletedTask : lockName(name);
    }

    /// <inheritdoc/>
    public void Notify(string topic) => topics.Add(topic);

    /// <summary>Writes what was collected. Called by the provider when the body has returned, before the commit.</summary>
    public async Task FlushAsync()
    {
        if (events.Count > 0)
        {
            var rows = events.ConvertAll(ToRow);
            const string Insert = """
                INSERT INTO core_event (id, type, schema_version, time, recorded_at, actor_kind, actor_id, actor_team, subject, related, cause_id, trace_id, payload)
                VALUES (@Id, @Type, @SchemaVersion, @Time, @RecordedAt, @ActorKind, @ActorId, @ActorTeam, @Subject, @Related, @CauseId, @TraceId, @Payload)
                """;
            await Connection.ExecuteAsync(Insert, rows, Transaction).ConfigureAwait(false);
        }

        if (released.Count > 0) // Before the references: an owner that was released may point anew.
        {
            const string Delete = "DELETE FROM core_artifact_ref WHERE owner_kind = @Kind AND owner_id = @Id";
            await Connection.ExecuteAsync(Delete, released.ConvertAll(o => new { o.Kind, o.Id }), Transaction).ConfigureAwait(false);
        }

        if (references.Count > 0)
        {
            const string Insert = """
                INSERT INTO core_artifact_ref (digest, owner_kind, owner_id) VALUES (@Digest, @Kind, @Id)
                ON CONFLICT (digest, owner_kind, owner_id) DO NOTHING
                """;
            var rows = references.ConvertAll(r => new
            {
                Digest = r.Digest.ToString(),
                r.Owner.Kind,
                r.Owner.Id,
            });
            await Connection.ExecuteAsync(Insert, rows, Transaction).ConfigureAwait(false);
        }

        if (edges.Count > 0)
        {
            const string Insert = """
                INSERT INTO core_lineage (from_asset, to_asset, relation, at) VALUES (@From, @To, @Relation, @At)
                ON CONFLICT (from_asset, to_asset, relation) DO NOTHING
                """;
            var at = clocks.Platform.NowMicros();
            var rows = edges.ConvertAll(e => new
            {
                From = e.From.ToString(),
                To = e.To.ToString(),
                e.Relation,
                At = at,
            });
            await Connection.ExecuteAsync(Insert, rows, Transaction).ConfigureAwait(false);
        }
    }

    private EventRow ToRow(PlatformEvent e)
    {
        var who = e.Actor ?? actor.Current;
        return new()
        {
            Id = EventId.New(clocks.Platform).ToString(),
            Type = e.Type,
            SchemaVersion = e.SchemaVersion,
            Time = clocks.Platform.NowMicros(),
            RecordedAt = clocks.Work.NowMicros(),
            ActorKind = who.Kind.ToString(),
            ActorId = who.Id,
            ActorTeam = who.Team,
            Subject = e.Subject.ToString(),
            Related = new JsonArray([.. e.Related.Select(r => (JsonNode)r.ToString())]).ToJsonString(),
            CauseId = e.CauseId?.ToString(),
            TraceId = Activity.Current?.TraceId.ToHexString(),
            Payload = e.Payload.ToJsonString(),
        };
    }

    private void EnsureMetadata()
    {
        if (!string.Equals(database, DatabaseNames.Metadata, StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"Database '{database}' holds no events, references or lineage; write them in a unit of work of '{DatabaseNames.Metadata}'."
            );
        }
    }
}
