using Microsoft.Extensions.Logging;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Looks for causes from each trigger's cursor on. User code runs here, outside any transaction; the store decides and commits.</summary>
internal sealed class TriggerEvaluator(
    PipelineCatalog catalog,
    TriggerStore store,
    IEventLog events,
    Clocks clocks,
    ILogger<TriggerEvaluator> logger
)
{
    private const int Page = 200;

    /// <returns>How many decisions were made.</returns>
    public async Task<int> EvaluateAsync(CancellationToken cancellationToken)
    {
        var decisions = 0;
        foreach (var trigger in catalog.Triggers)
        {
            decisions += trigger.Schedule is null
                ? await EvaluateEventsAsync(trigger, cancellationToken).ConfigureAwait(false)
                : await EvaluateScheduleAsync(trigger, cancellationToken).ConfigureAwait(false);
        }

        return decisions;
    }

    private async Task<int> EvaluateScheduleAsync(TriggerDefinition trigger, CancellationToken cancellationToken)
    {
        var cursor = await store.OpenAsync(trigger, cancellationToken).ConfigureAwait(false);
        if (trigger.Schedule!.LatestDue(StoredTime.FromMicros(cursor.LastDue), clocks.Platform.GetUtcNow()) is not { } due)
        {
            return 0;
        }

        var parameters = TryMake(trigger, () => trigger.MakeScheduled?.Invoke(due), out var error);
        var next = new TriggerCursor { Cursor = cursor.Cursor, LastDue = StoredTime.ToMicros(due) };
        return await store.DecideAsync(trigger, new(null, due), parameters, error, cursor, next, cancellationToken).ConfigureAwait(false)
            ? 1
            : 0;
    }

    private async Task<int> EvaluateEventsAsync(TriggerDefinition trigger, CancellationToken cancellationToken)
    {
        var decisions = 0;
        var cursor = await store.OpenAsync(trigger, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var query = new EventQuery
            {
                After = EventPosition.Parse(cursor.Cursor),
                Types = [trigger.EventType!],
                Limit = Page,
            };
            var page = await events.ReadAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var record in page)
            {
                var next = new TriggerCursor { Cursor = record.Position.ToString(), LastDue = cursor.LastDue };
                if (!Matches(trigger, record, out var error))
                {
                    continue; // The next decision, or the end of the page, moves the cursor past it.
                }

                var parameters = error is null ? TryMake(trigger, () => trigger.MakeCaused?.Invoke(record), out error) : null;
                if (
                    !await store
                        .DecideAsync(trigger, new(record, null), parameters, error, cursor, next, cancellationToken)
                        .ConfigureAwait(false)
                )
                {
                    return decisions; // Another process is at it.
                }

                decisions++;
                cursor = next;
            }

            if (page.Count > 0 && page[^1].Position > EventPosition.Parse(cursor.Cursor))
            {
                var end = new TriggerCursor { Cursor = page[^1].Position.ToString(), LastDue = cursor.LastDue };
                if (!await store.AdvanceAsync(trigger, cursor, end, cancellationToken).ConfigureAwait(false))
                {
                    return decisions;
                }

                cursor = end;
            }

            if (page.Count < Page)
            {
                return decisions;
            }
        }
    }

    private bool Matches(TriggerDefinition trigger, EventRecord record, out Exception? error)
    {
        error = null;
        try
        {
            return trigger.Filter?.Invoke(record) ?? true;
        }
        catch (Exception e)
        {
            Log.TriggerFailed(logger, trigger.Id, e);
            error = e;
            return true;
        }
    }

    private string? TryMake(TriggerDefinition trigger, Func<object?> make, out Exception? error)
    {
        error = null;
        try
        {
            return trigger.Graph.Parameters.Write(make(), trigger.Graph.Name);
        }
        catch (Exception e)
        {
            Log.TriggerFailed(logger, trigger.Id, e);
            error = e;
            return null;
        }
    }
}
