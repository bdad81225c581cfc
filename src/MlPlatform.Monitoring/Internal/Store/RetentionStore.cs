using Dapper;
using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Deletes what is older than its retention, a few thousand rows a transaction so that others get to write.</summary>
internal sealed class RetentionStore(IMetadataDatabase database, Clocks clocks, IOptions<MonitoringOptions> options)
{
    private const int Batch = 5000;

    public async Task DeleteOldAsync(CancellationToken cancellationToken)
    {
        var now = clocks.Platform.GetUtcNow();
        var predictions = StoredTime.ToMicros(now - options.Value.PredictionRetention);
        var panes = StoredTime.ToMicros(now - options.Value.PaneRetention);
        foreach (
            var layout in await database
                .ReadAsync(connection => connection.QueryAsync<long>("SELECT id FROM mon_layout"), cancellationToken)
                .ConfigureAwait(false)
        )
        {
            await DeleteAsync(
                    "DELETE FROM mon_prediction WHERE id IN (SELECT id FROM mon_prediction WHERE layout_id = @layout AND time < @before LIMIT @Batch)",
                    layout,
                    predictions,
                    cancellationToken
                )
                .ConfigureAwait(false);
            await DeleteAsync(
                    "DELETE FROM mon_pane WHERE layout_id = @layout AND start < @before AND start IN (SELECT start FROM mon_pane WHERE layout_id = @layout AND start < @before ORDER BY start LIMIT @Batch)",
                    layout,
                    panes,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        // After the panes: a window without panes is not found again, so its evaluation is not made anew.
        await DeleteAsync(
                "DELETE FROM mon_evaluation WHERE window_end <= @before AND window_end IN (SELECT window_end FROM mon_evaluation WHERE window_end <= @before ORDER BY window_end LIMIT @Batch)",
                0,
                panes,
                cancellationToken
            )
            .ConfigureAwait(false);
        await DeleteAsync(
                "DELETE FROM mon_outcome WHERE id IN (SELECT id FROM mon_outcome WHERE recorded_at < @before LIMIT @Batch)",
                0,
                predictions,
                cancellationToken
            )
            .ConfigureAwait(false);
        await DeleteAsync(
                "DELETE FROM mon_outcome_audit WHERE seq IN (SELECT seq FROM mon_outcome_audit WHERE replaced_at < @before LIMIT @Batch)",
                0,
                predictions,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task DeleteAsync(string sql, long layout, long before, CancellationToken cancellationToken)
    {
        int deleted;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            deleted = await database
                .WriteAsync(
                    Durability.Process,
                    unit =>
                        unit.Connection.ExecuteAsync(
                            sql,
                            new
                            {
                                layout,
                                before,
                                Batch,
                            },
                            unit.Transaction
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
        } while (deleted > 0);
    }
}
