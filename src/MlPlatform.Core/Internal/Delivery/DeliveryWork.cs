using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

/// <summary>Tells each subscription what it has not been told yet. Events go out in order; one that fails holds up its own subscription only.</summary>
internal sealed class DeliveryWork(
    EventSubscriptions subscriptions,
    EventFormats formats,
    IEventLog log,
    Clocks clocks,
    IOptions<DeliveryOptions> options,
    ILogger<DeliveryWork> logger
) : IRecurringWork
{
    private const int PageSize = 100;

    /// <summary>A subscription with more waiting goes on in the next round, so that a round ends.</summary>
    private const int MaximumPages = 10;

    public string Name => "delivery";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromSeconds(5));

    public async Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        var waiting = await subscriptions.ListDueAsync(cancellationToken).ConfigureAwait(false);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken };
        await Parallel
            .ForEachAsync(
                waiting,
                parallel,
                async (row, cancel) =>
                {
                    try
                    {
                        await DeliverAsync(row, cancel).ConfigureAwait(false);
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        // A format or a secret that cannot be used: the others are not concerned.
                        Log.DeliveryFailed(logger, row.Id, e);
                        await FailAsync(row, null, new(null, null, e.Message, IsFinal: false, null), cancel).ConfigureAwait(false);
                    }
                }
            )
            .ConfigureAwait(false);
    }

    private async Task DeliverAsync(SubscriptionRow row, CancellationToken cancellationToken)
    {
        var (format, filter) = (formats.Get(row.Format), row.ReadFilter());
        var types = format.GetTypes(filter);
        var position = new EventPosition(row.Tx, row.RowId);
        for (var pages = 0; pages < MaximumPages; pages++)
        {
            var page = await log.ReadAsync(
                    new()
                    {
                        After = position,
                        Types = types,
                        Limit = PageSize,
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var record in page)
            {
                position = record.Position;
                if (await format.FormatAsync(record, filter, cancellationToken).ConfigureAwait(false) is not { } message)
                {
                    continue;
                }

                var attempt = await subscriptions.SendAsync(row, message, cancellationToken).ConfigureAwait(false);
                Count(row.Format, attempt);
                var goOn = attempt.Error is null
                    ? await subscriptions.AdvanceAsync(row, position, null, cancellationToken).ConfigureAwait(false)
                    : await FailAsync(row, record, attempt, cancellationToken).ConfigureAwait(false);
                if (!goOn)
                {
                    return;
                }

                row = row.WithoutFailures();
            }

            if (page.Count > 0 && !await subscriptions.AdvanceAsync(row, position, null, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            if (page.Count < PageSize)
            {
                return;
            }
        }
    }

    /// <returns>Whether the next event may be tried.</returns>
    private async Task<bool> FailAsync(
        SubscriptionRow row,
        EventRecord? record,
        DeliveryAttempt attempt,
        CancellationToken cancellationToken
    )
    {
        var attempts = row.Attempts + 1;
        if (record is not null && (attempt.IsFinal || attempts >= options.Value.MaximumAttempts))
        {
            Log.EventGivenUp(logger, record.Id.ToString(), row.Id, attempts, attempt.Error!);
            var letter = new DeadLetter(record.Id, clocks.Platform.GetUtcNow(), attempts, attempt.Error!);
            return await subscriptions.AdvanceAsync(row, record.Position, letter, cancellationToken).ConfigureAwait(false);
        }

        var most = options.Value.MaximumRetryDelay;
        var delay = options.Value.FirstRetryDelay * Math.Pow(2, Math.Min(row.Attempts, 20));
        delay = attempt.RetryAfter > delay ? attempt.RetryAfter.Value : delay;
        await subscriptions
            .RetryLaterAsync(row, attempts, delay < most ? delay : most, attempt.Error!, cancellationToken)
            .ConfigureAwait(false);
        return false;
    }

    private static void Count(string format, DeliveryAttempt attempt) =>
        CoreDiagnostics.Deliveries.Add(
            1,
            new KeyValuePair<string, object?>("format", format),
            new KeyValuePair<string, object?>("outcome", attempt.Error is null ? "done" : "failed")
        );
}
