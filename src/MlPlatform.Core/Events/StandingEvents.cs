using Dapper;

namespace MlPlatform.Core;

/// <summary>Events that say how things stand, such as a schedule or a configuration, rather than what happened.</summary>
public static class StandingEvents
{
    /// <summary>Appends an event unless the last one of its type and subject that was appended this way had the same payload.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="standing">The event; its payload alone is compared.</param>
    /// <returns>Whether it was appended.</returns>
    public static async Task<bool> AppendIfChangedAsync(this IUnitOfWork work, PlatformEvent standing)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(standing);
        // The read first: most say nothing new, and need not wait for each other's lock on the row.
        const string Same = "SELECT COUNT(*) FROM core_standing WHERE type = @Type AND subject = @Subject AND digest = @Digest";
        const string Upsert = """
            INSERT INTO core_standing (type, subject, digest) VALUES (@Type, @Subject, @Digest)
            ON CONFLICT (type, subject) DO UPDATE SET digest = excluded.digest WHERE core_standing.digest <> excluded.digest
            """;
        var row = new
        {
            standing.Type,
            Subject = standing.Subject.ToString(),
            Digest = CanonicalJson.Digest(standing.Payload).ToString(),
        };
        if (
            await work.Connection.ExecuteScalarAsync<long>(Same, row, work.Transaction).ConfigureAwait(false) > 0
            || await work.Connection.ExecuteAsync(Upsert, row, work.Transaction).ConfigureAwait(false) == 0
        )
        {
            return false;
        }

        work.Append(standing);
        return true;
    }
}
