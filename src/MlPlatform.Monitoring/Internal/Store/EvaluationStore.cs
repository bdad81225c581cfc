using System.Text.Json;
using Dapper;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Records verdicts, each once, with the events and alerts that follow from them in the same transaction.</summary>
internal sealed class EvaluationStore(IMetadataDatabase database, Clocks clocks)
{
    /// <summary>Records the verdict of a kind unless some process has done so before.</summary>
    /// <returns>Whether this call recorded it.</returns>
    public Task<bool> RecordAsync(
        MonitorDefinition monitor,
        MonitorEvaluation evaluation,
        MonitorKind kind,
        CancellationToken cancellationToken
    ) => database.WriteAsync(Durability.Process, unit => RecordAsync(unit, monitor, evaluation, kind), cancellationToken);

    public Task<IReadOnlyList<MonitorEvaluation>> ListAsync(string monitor, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<MonitorEvaluation>>(
            async connection =>
            {
                var rows = await connection
                    .QueryAsync<string>(
                        "SELECT data FROM mon_evaluation WHERE monitor = @monitor ORDER BY window_end DESC, kind LIMIT @limit",
                        new { monitor, limit }
                    )
                    .ConfigureAwait(false);
                return [.. rows.Select(r => JsonSerializer.Deserialize(r, MonitoringJson.Default.MonitorEvaluation)!)];
            },
            cancellationToken
        );

    public Task<IReadOnlyList<MonitorAlert>> ListAlertsAsync(string? monitor, bool openOnly, CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT id AS Id, monitor AS Monitor, kind AS Kind, model AS Model, version AS Version, window_start AS WindowStart,
                   window_end AS WindowEnd, opened_at AS OpenedAt, resolved_at AS ResolvedAt
            FROM mon_alert
            WHERE (@all = 1 OR monitor = @monitor) AND (@open = 0 OR resolved_at IS NULL)
            ORDER BY opened_at DESC, id DESC
            """;
        return database.ReadAsync<IReadOnlyList<MonitorAlert>>(
            async connection =>
            {
                var arguments = new
                {
                    all = monitor is null ? 1 : 0,
                    monitor = monitor ?? string.Empty,
                    open = openOnly ? 1 : 0,
                };
                return [.. (await connection.QueryAsync<AlertRow>(Sql, arguments).ConfigureAwait(false)).Select(r => r.ToAlert())];
            },
            cancellationToken
        );
    }

    /// <summary>The starts of recorded windows of a kind that begin at or after a time.</summary>
    public Task<HashSet<long>> ListWindowsAsync(string monitor, MonitorKind kind, long since, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (
                    await connection
                        .QueryAsync<long>(
                            "SELECT window_start FROM mon_evaluation WHERE monitor = @monitor AND kind = @kind AND window_start >= @since",
                            new
                            {
                                monitor,
                                kind = kind.ToString(),
                                since,
                            }
                        )
                        .ConfigureAwait(false)
                ).ToHashSet(),
            cancellationToken
        );

    /// <summary>Says when monitors look, once for each change of their options.</summary>
    public Task ScheduleAsync(IReadOnlyCollection<MonitorDefinition> monitors, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Process,
            async unit =>
            {
                foreach (var monitor in monitors)
                {
                    await unit.AppendIfChangedAsync(MonitorEvents.Scheduled(monitor)).ConfigureAwait(false);
                }
            },
            cancellationToken
        );

    private async Task<bool> RecordAsync(IUnitOfWork unit, MonitorDefinition monitor, MonitorEvaluation evaluation, MonitorKind kind)
    {
        const string Insert = """
            INSERT INTO mon_evaluation (monitor, kind, window_start, window_end, model, version, state, evaluated_at, data)
            VALUES (@Monitor, @Kind, @WindowStart, @WindowEnd, @Model, @Version, @State, @Now, @Data)
            ON CONFLICT (monitor, kind, window_start, window_end) DO NOTHING
            """;
        // Verdicts of two windows at once would each find no open alert, and open two.
        await unit.LockAsync($"monitoring.verdicts:{monitor.Name}:{kind}").ConfigureAwait(false);
        var verdict = evaluation[kind];
        var data = evaluation with
        {
            Verdicts = [verdict],
            Statistics = [.. evaluation.Statistics.Where(s => s.Kind == kind)],
            Performance = kind == MonitorKind.Performance ? evaluation.Performance : null,
        };
        var row = new EvaluationRow(
            monitor.Name,
            kind.ToString(),
            StoredTime.ToMicros(evaluation.WindowStart),
            StoredTime.ToMicros(evaluation.WindowEnd),
            evaluation.Model,
            evaluation.Version,
            verdict.State.ToString(),
            clocks.Platform.NowMicros(),
            JsonSerializer.Serialize(data, MonitoringJson.Default.MonitorEvaluation)
        );
        if (await unit.Connection.ExecuteAsync(Insert, row, unit.Transaction).ConfigureAwait(false) == 0)
        {
            return false;
        }

        unit.Append(MonitorEvents.Evaluated(evaluation, kind));
        if (kind == MonitorKind.Drift)
        {
            unit.Append(MonitorEvents.Summed(evaluation with { Statistics = data.Statistics }));
        }

        if (kind == MonitorKind.Performance)
        {
            unit.Append(MonitorEvents.LabelsMatured(evaluation));
        }

        if (verdict.State != MonitorState.Inconclusive)
        {
            await UpdateAlertAsync(unit, monitor, evaluation, kind, row).ConfigureAwait(false);
        }

        return true;
    }

    private async Task UpdateAlertAsync(
        IUnitOfWork unit,
        MonitorDefinition monitor,
        MonitorEvaluation evaluation,
        MonitorKind kind,
        EvaluationRow row
    )
    {
        const string Recent = """
            SELECT state FROM mon_evaluation
            WHERE monitor = @Monitor AND kind = @Kind AND version = @Version AND state <> 'Inconclusive' AND window_end <= @WindowEnd
            ORDER BY window_end DESC LIMIT @Limit
            """;
        const string Last = """
            SELECT id AS Id, monitor AS Monitor, kind AS Kind, model AS Model, version AS Version, window_start AS WindowStart,
                   window_end AS WindowEnd, opened_at AS OpenedAt, resolved_at AS ResolvedAt, resolved_window_end AS ResolvedWindowEnd
            FROM mon_alert WHERE monitor = @Monitor AND kind = @Kind ORDER BY window_end DESC, opened_at DESC LIMIT 1
            """;
        var arguments = new
        {
            row.Monitor,
            row.Kind,
            row.Version,
            row.WindowEnd,
            Limit = Math.Max(2, monitor.Options.AlertWindows),
        };
        var states = (await unit.Connection.QueryAsync<string>(Recent, arguments, unit.Transaction).ConfigureAwait(false))
            .Select(Enum.Parse<MonitorState>)
            .ToArray();
        var last = await unit.Connection.QuerySingleOrDefaultAsync<AlertRow>(Last, arguments, unit.Transaction).ConfigureAwait(false);
        MonitorState? previous = states.Length > 1 ? states[1] : null;
        if (last is { ResolvedAt: null })
        {
            if (AlertRule.Resolves(states, monitor.Options))
            {
                await ResolveAsync(unit, evaluation, kind, row, last, previous).ConfigureAwait(false);
            }

            return;
        }

        var cooldown = monitor.Options.CooldownWindows * (row.WindowEnd - row.WindowStart);
        if (AlertRule.Opens(states, monitor.Options, last?.ResolvedWindowEnd is { } end && row.WindowEnd <= end + cooldown))
        {
            await OpenAsync(unit, evaluation, kind, row, previous).ConfigureAwait(false);
        }
    }

    private async Task OpenAsync(
        IUnitOfWork unit,
        MonitorEvaluation evaluation,
        MonitorKind kind,
        EvaluationRow row,
        MonitorState? previous
    )
    {
        const string Sql = """
            INSERT INTO mon_alert (id, monitor, kind, model, version, window_start, window_end, opened_at)
            VALUES (@Id, @Monitor, @Kind, @Model, @Version, @WindowStart, @WindowEnd, @Now)
            """;
        var id = EventId.New(clocks.Platform).ToString();
        await unit
            .Connection.ExecuteAsync(
                Sql,
                new
                {
                    Id = id,
                    row.Monitor,
                    row.Kind,
                    row.Model,
                    row.Version,
                    row.WindowStart,
                    row.WindowEnd,
                    row.Now,
                },
                unit.Transaction
            )
            .ConfigureAwait(false);
        unit.Append(MonitorEvents.Alert(EventTypes.AlertOpened, evaluation, kind, id, previous));
        MonitoringDiagnostics.Alerts.Add(1, new("monitor", row.Monitor), new KeyValuePair<string, object?>("kind", row.Kind));
    }

    private static async Task ResolveAsync(
        IUnitOfWork unit,
        MonitorEvaluation evaluation,
        MonitorKind kind,
        EvaluationRow row,
        AlertRow alert,
        MonitorState? previous
    )
    {
        await unit
            .Connection.ExecuteAsync(
                "UPDATE mon_alert SET resolved_at = @Now, resolved_window_end = @WindowEnd WHERE id = @Id",
                new
                {
                    row.Now,
                    row.WindowEnd,
                    alert.Id,
                },
                unit.Transaction
            )
            .ConfigureAwait(false);
        unit.Append(MonitorEvents.Alert(EventTypes.AlertResolved, evaluation, kind, alert.Id, previous));
    }
}
