using Dapper;

namespace MlPlatform.Core.Internal;

/// <summary>What the delivery itself reads and writes.</summary>
internal sealed partial class EventSubscriptions
{
    public Task<IReadOnlyList<SubscriptionRow>> ListDueAsync(CancellationToken cancellationToken)
    {
        const string Sql = $"SELECT {SubscriptionRow.Columns} FROM core_subscription WHERE active = 1 AND retry_at <= @Now ORDER BY id";
        return database.ReadAsync<IReadOnlyList<SubscriptionRow>>(
            async connection =>
                (
                    await connection
                        .QueryAsync<SubscriptionRow>(new(Sql, new { Now = clocks.Work.NowMicros() }, cancellationToken: cancellationToken))
                        .ConfigureAwait(false)
                ).AsList(),
            cancellationToken
        );
    }

    public Task<DeliveryAttempt> SendAsync(SubscriptionRow row, EventMessage message, CancellationToken cancellationToken)
    {
        var headers = formats.Get(row.Format).Headers;
        var secret = row.Secret is null ? null : secrets.Unprotect(row.Secret);
        return sender.SendAsync(new(row.Address), headers, secret, message, cancellationToken);
    }

    /// <summary>Settles everything up to a position.</summary>
    /// <returns>Whether the subscription still stands as it did; if not, another has changed it and its row must be read again.</returns>
    public async Task<bool> AdvanceAsync(SubscriptionRow row, EventPosition to, DeadLetter? given, CancellationToken cancellationToken)
    {
        const string Advance = """
            UPDATE core_subscription SET tx = @Tx, row_id = @Row, attempts = 0, retry_at = 0, last_error = @Error
            WHERE id = @Id AND updated_at = @UpdatedAt
            """;
        const string Give = """
            INSERT INTO core_dead_letter (subscription_id, event_id, at, attempts, error) VALUES (@Id, @Event, @At, @Attempts, @Error)
            ON CONFLICT (subscription_id, event_id) DO UPDATE SET at = excluded.at, attempts = excluded.attempts, error = excluded.error
            """;
        return await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var position = new
                    {
                        row.Id,
                        row.UpdatedAt,
                        Tx = to.Transaction,
                        to.Row,
                        given?.Error,
                    };
                    if (await work.Connection.ExecuteAsync(Advance, position, work.Transaction).ConfigureAwait(false) == 0)
                    {
                        return false;
                    }

                    if (given is not null)
                    {
                        var letter = new
                        {
                            row.Id,
                            Event = given.EventId.ToString(),
                            At = StoredTime.ToMicros(given.At),
                            given.Attempts,
                            given.Error,
                        };
                        await work.Connection.ExecuteAsync(Give, letter, work.Transaction).ConfigureAwait(false);
                    }

                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task RetryLaterAsync(SubscriptionRow row, int attempts, TimeSpan delay, string error, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Process,
            work =>
                work.Connection.ExecuteAsync(
                    """
                    UPDATE core_subscription SET attempts = @attempts, retry_at = @RetryAt, last_error = @error
                    WHERE id = @Id AND updated_at = @UpdatedAt
                    """,
                    new
                    {
                        row.Id,
                        row.UpdatedAt,
                        attempts,
                        RetryAt = StoredTime.ToMicros(clocks.Work.GetUtcNow() + delay),
                        error,
                    },
                    work.Transaction
                ),
            cancellationToken
        );

    public Task<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        const string Sql = """
            SELECT event_id AS Event, at AS At, attempts AS Attempts, error AS Error FROM core_dead_letter
            WHERE subscription_id = @id ORDER BY at DESC, event_id DESC LIMIT 1000
            """;
        return database.ReadAsync<IReadOnlyList<DeadLetter>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<(string Event, long At, int Attempts, string Error)>(
                                new(Sql, new { id }, cancellationToken: cancellationToken)
                            )
                            .ConfigureAwait(false)
                    ).Select(r => new DeadLetter(EventId.Parse(r.Event), StoredTime.FromMicros(r.At), r.Attempts, r.Error)),
                ],
            cancellationToken
        );
    }
}
