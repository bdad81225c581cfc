using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Makes calls whose events must follow: what is to be written is stored before the call and replaced by the events after it.</summary>
/// <remarks>When the process dies in between, <see cref="RemoteCallRecovery"/> asks the server what became of the call.</remarks>
internal sealed class RemoteCalls(
    IMetadataDatabase database,
    IActorAccessor actors,
    MlflowClient client,
    MlflowProbes probes,
    Clocks clocks,
    ILogger<RemoteCalls> logger
)
{
    /// <summary>Makes a call and announces it.</summary>
    /// <param name="id">Names the call; new.</param>
    /// <param name="announcement">What follows it.</param>
    /// <param name="call">The call.</param>
    /// <param name="answer">What of the result <see cref="Announcement.Unknown"/> stands for.</param>
    /// <param name="durability">What the announcement survives.</param>
    /// <param name="cancellationToken">Cancels the call; one that was done is announced all the same.</param>
    public async Task<T> RunAsync<T>(
        string id,
        Announcement announcement,
        Func<Task<T>> call,
        Func<T, string?> answer,
        Durability durability,
        CancellationToken cancellationToken
    )
    {
        await SaveAsync(id, announcement, durability, cancellationToken).ConfigureAwait(false);
        T result;
        try
        {
            result = await call().ConfigureAwait(false);
        }
        catch (Exception e)
            when (e
                    is MlflowServerException { Status: < HttpStatusCode.InternalServerError }
                        or AssetNotFoundException
                        or AssetExistsException
                        or AssetDeletedException
            )
        {
            await TryAsync(id, work => DeleteAsync(work, id), durability).ConfigureAwait(false); // Refused: nothing happened.
            throw;
        }

        await TryAsync(id, work => SettleAsync(work, id, announcement, answer(result), null), durability).ConfigureAwait(false);
        return result;
    }

    /// <summary>Settles calls that were cut off before a time, by what the server says about them.</summary>
    /// <returns>How many are left, since the server does not answer, or not about them.</returns>
    public async Task<int> RecoverAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var before = StoredTime.ToMicros(clocks.Work.GetUtcNow() - age);
        const string Sql = """
            SELECT id AS Id, announcement AS Announcement, actor_kind AS ActorKind, actor_id AS ActorId, actor_team AS ActorTeam
            FROM reg_mlflow_call WHERE server = @Server AND made_at <= @before ORDER BY made_at LIMIT 1000
            """;
        var rows = await database
            .ReadAsync(
                async connection =>
                    (
                        await connection.QueryAsync<CallRow>(Sql, new { Server = client.Root.AbsoluteUri, before }).ConfigureAwait(false)
                    ).AsList(),
                cancellationToken
            )
            .ConfigureAwait(false);
        var left = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            try
            {
                await RecoverAsync(rows[i], cancellationToken).ConfigureAwait(false);
            }
            catch (StorageUnavailableException e)
            {
                Log.NotRecovered(logger, rows.Count - i, e.Message);
                return left + rows.Count - i;
            }
            catch (MlflowServerException e)
            {
                Log.NotRecovered(logger, 1, e.Message); // One that it will not talk about holds up no other.
                left++;
            }
        }

        return left;
    }

    private async Task RecoverAsync(CallRow row, CancellationToken cancellationToken)
    {
        var announcement = JsonSerializer.Deserialize(row.Announcement, AnnouncementJson.Default.Announcement)!;
        var (happened, answer) = await probes.AskAsync(announcement.Probe, cancellationToken).ConfigureAwait(false);
        var actor = new Actor(Enum.Parse<ActorKind>(row.ActorKind), row.ActorId, row.ActorTeam);
        await database
            .WriteAsync(
                Durability.Power,
                work => happened ? SettleAsync(work, row.Id, announcement, answer, actor) : DeleteAsync(work, row.Id),
                cancellationToken
            )
            .ConfigureAwait(false);
        Log.Recovered(logger, announcement.Events[0].Type, happened);
    }

    private Task<int> SaveAsync(string id, Announcement announcement, Durability durability, CancellationToken cancellationToken)
    {
        var actor = actors.Current;
        var row = new
        {
            id,
            Server = client.Root.AbsoluteUri,
            Announcement = JsonSerializer.Serialize(announcement, AnnouncementJson.Default.Announcement),
            Kind = actor.Kind.ToString(),
            Actor = actor.Id,
            actor.Team,
            MadeAt = StoredTime.ToMicros(clocks.Work.GetUtcNow()),
        };
        const string Sql = """
            INSERT INTO reg_mlflow_call (id, server, announcement, actor_kind, actor_id, actor_team, made_at)
            VALUES (@id, @Server, @Announcement, @Kind, @Actor, @Team, @MadeAt)
            """;
        return database.WriteAsync(durability, work => work.Connection.ExecuteAsync(Sql, row, work.Transaction), cancellationToken);
    }

    /// <summary>Whoever removes the row writes the events: once, whatever the recovery does meanwhile.</summary>
    private static async Task SettleAsync(IUnitOfWork work, string id, Announcement announcement, string? answer, Actor? actor)
    {
        if (await DeleteAsync(work, id).ConfigureAwait(false))
        {
            announcement.AppendTo(work, answer, actor);
        }
    }

    private static async Task<bool> DeleteAsync(IUnitOfWork work, string id) =>
        await work.Connection.ExecuteAsync("DELETE FROM reg_mlflow_call WHERE id = @id", new { id }, work.Transaction).ConfigureAwait(false)
        > 0;

    /// <summary>The call's own outcome counts; what cannot be written now is left to the recovery.</summary>
    private async Task TryAsync(string id, Func<IUnitOfWork, Task> body, Durability durability)
    {
        try
        {
            await database.WriteAsync(durability, body, CancellationToken.None).ConfigureAwait(false);
        }
        catch (MlPlatformException e)
        {
            Log.EventsLater(logger, id, e.Message);
        }
    }

    private sealed record CallRow(string Id, string Announcement, string ActorKind, string ActorId, string? ActorTeam);
}
