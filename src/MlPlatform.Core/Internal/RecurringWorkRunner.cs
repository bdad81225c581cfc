using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Logging;

namespace MlPlatform.Core.Internal;

internal sealed class RecurringWorkRunner(
    IEnumerable<IRecurringWork> works,
    IMetadataDatabase database,
    ILeases leases,
    Clocks clocks,
    ILogger<RecurringWorkRunner> logger
) : IRecurringWorkRunner
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);
    private readonly IRecurringWork[] works = [.. works];

    // What this process last saw; the row is read again, under the lease, before anything runs.
    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new(StringComparer.Ordinal);

    public async Task<int> RunDueAsync(CancellationToken cancellationToken = default)
    {
        var ran = 0;
        var errors = new List<Exception>();
        foreach (var work in works)
        {
            try
            {
                if (await RunIfDueAsync(work, cancellationToken).ConfigureAwait(false))
                {
                    ran++;
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                errors.Add(e); // One that fails must not keep the others from their turn.
            }
        }

        return errors.Count == 0 ? ran : throw new AggregateException("Recurring work failed; it stays due.", errors);
    }

    private async Task<bool> RunIfDueAsync(IRecurringWork work, CancellationToken cancellationToken)
    {
        var now = clocks.Platform.GetUtcNow();
        if (seen.TryGetValue(work.Name, out var last) && work.Schedule.LatestDue(last, now) is null)
        {
            return false;
        }

        last = await ReadLastAsync(work.Name, now, cancellationToken).ConfigureAwait(false);
        seen[work.Name] = last;
        if (work.Schedule.LatestDue(last, now) is null)
        {
            return false;
        }

        await using var lease = await leases.TryAcquireAsync("recurring/" + work.Name, LeaseTime, cancellationToken).ConfigureAwait(false);
        if (lease is null)
        {
            return false;
        }

        last = await ReadLastAsync(work.Name, now, cancellationToken).ConfigureAwait(false);
        if (work.Schedule.LatestDue(last, now) is not { } due)
        {
            seen[work.Name] = last;
            return false;
        }

        await RunUnderLeaseAsync(work, due, lease, cancellationToken).ConfigureAwait(false);
        await database
            .WriteAsync(
                Durability.Process,
                async unit =>
                {
                    await lease.EnsureHeldAsync(unit).ConfigureAwait(false);
                    await unit
                        .Connection.ExecuteAsync(
                            "UPDATE core_recurring SET last_due = @Due WHERE name = @Name",
                            new { work.Name, Due = StoredTime.ToMicros(due) },
                            unit.Transaction
                        )
                        .ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        seen[work.Name] = due;
        return true;
    }

    private async Task RunUnderLeaseAsync(IRecurringWork work, DateTimeOffset due, ILease lease, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewal = RenewAsync(lease, lost, done.Token);
        using var activity = CoreDiagnostics.Source.StartActivity("recurring.run");
        activity?.SetTag("work", work.Name);
        var began = clocks.Work.GetTimestamp();
        var outcome = "failed";
        try
        {
            await work.RunAsync(due, lost.Token).ConfigureAwait(false);
            outcome = "done";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.RecurringWorkFailed(logger, work.Name, due, e);
            throw;
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
            CoreDiagnostics.RecurringDuration.Record(
                clocks.Work.GetElapsedTime(began).TotalSeconds,
                new KeyValuePair<string, object?>("work", work.Name),
                new KeyValuePair<string, object?>("outcome", outcome)
            );
        }
    }

    private async Task RenewAsync(ILease lease, CancellationTokenSource lost, CancellationToken done)
    {
        using var timer = new PeriodicTimer(LeaseTime / 3, clocks.Work);
        try
        {
            while (await timer.WaitForNextTickAsync(done).ConfigureAwait(false))
            {
                await lease.RenewAsync(done).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
        catch (Exception e) // Of whatever kind: unseen, it would take the place of the work's own outcome.
        {
            Log.LeaseRenewalFailed(logger, lease.Name, e);
            await lost.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Work seen for the first time starts from now: it is first due at its next time, not for all the past.</summary>
    private Task<DateTimeOffset> ReadLastAsync(string name, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Process,
            async unit =>
            {
                const string Sql = """
                    INSERT INTO core_recurring (name, last_due) VALUES (@name, @Now)
                    ON CONFLICT (name) DO UPDATE SET last_due = core_recurring.last_due
                    RETURNING last_due
                    """;
                var row = new { name, Now = StoredTime.ToMicros(now) };
                return StoredTime.FromMicros(
                    await unit.Connection.QuerySingleAsync<long>(Sql, row, unit.Transaction).ConfigureAwait(false)
                );
            },
            cancellationToken
        );
}
