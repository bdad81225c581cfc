using System.Text.Json.Nodes;
using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class Consumers(IMetadataDatabase database, IActorAccessor actors, Clocks clocks) : IConsumers
{
    public Task DeclareAsync(
        AssetRef asset,
        string purpose,
        bool isActuating = false,
        Actor? consumer = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(asset);
        ArgumentException.ThrowIfNullOrWhiteSpace(purpose);
        const string Sql = """
            INSERT INTO core_consumer (asset, consumer_kind, consumer_id, team, purpose, actuating, declared_at)
            VALUES (@Asset, @Kind, @Id, @Team, @purpose, @Actuating, @At)
            ON CONFLICT (asset, consumer_kind, consumer_id) DO UPDATE
            SET team = excluded.team, purpose = excluded.purpose, actuating = excluded.actuating, declared_at = excluded.declared_at
            WHERE core_consumer.purpose <> excluded.purpose OR core_consumer.actuating <> excluded.actuating
               OR COALESCE(core_consumer.team, '') <> COALESCE(excluded.team, '')
            """;
        var subject = asset with { Version = null };
        var who = consumer ?? actors.Current;
        var row = new
        {
            Asset = subject.ToString(),
            Kind = who.Kind.ToString(),
            who.Id,
            who.Team,
            purpose,
            Actuating = isActuating ? 1 : 0,
            At = clocks.Platform.NowMicros(),
        };
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                if (await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false) > 0)
                {
                    work.Link(subject, new(AssetKind.Consumer, who.ToString()), "usedBy");
                    work.Append(
                        new(EventTypes.ConsumerDeclared, subject)
                        {
                            Related = [new(AssetKind.Consumer, who.ToString())],
                            Payload = new JsonObject
                            {
                                ["consumer"] = who.ToString(),
                                ["team"] = who.Team,
                                ["purpose"] = purpose,
                                ["actuating"] = isActuating,
                            },
                        }
                    );
                }
            },
            cancellationToken
        );
    }

    public Task<IReadOnlyList<ConsumerDeclaration>> ListAsync(AssetRef asset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asset);
        const string Sql = """
            SELECT consumer_kind AS Kind, consumer_id AS Id, team AS Team, purpose AS Purpose, actuating AS Actuating, declared_at AS At
            FROM core_consumer WHERE asset = @Asset ORDER BY consumer_kind, consumer_id
            """;
        var subject = asset with { Version = null };
        return database.ReadAsync<IReadOnlyList<ConsumerDeclaration>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<(string Kind, string Id, string? Team, string Purpose, long Actuating, long At)>(
                                new(Sql, new { Asset = subject.ToString() }, cancellationToken: cancellationToken)
                            )
                            .ConfigureAwait(false)
                    ).Select(r => new ConsumerDeclaration(
                        subject,
                        new(Enum.Parse<ActorKind>(r.Kind), r.Id, r.Team),
                        r.Purpose,
                        r.Actuating != 0,
                        StoredTime.FromMicros(r.At)
                    )),
                ],
            cancellationToken
        );
    }
}
