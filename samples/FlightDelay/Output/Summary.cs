using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace FlightDelay;

/// <summary>What happened, read from the platform's own records: it is the same after an interruption.</summary>
internal sealed record Summary(
    IReadOnlyList<Summary.VersionRow> Versions,
    int Champion,
    long Predictions,
    long LabelsJoined,
    int Retrains,
    IReadOnlyList<Summary.AlertRow> Alerts,
    IReadOnlyDictionary<string, double> Auc,
    [property: JsonIgnore] IReadOnlyList<MonitorEvaluation> Days
)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public double ElapsedSeconds { get; init; }

    /// <summary>Seconds by what they were spent on.</summary>
    public IReadOnlyDictionary<string, double> Time { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public static async Task<Summary> ReadAsync(
        IMlPlatform platform,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var rollouts = await platform.Rollouts.ListAsync(FlightModel.Name, cancellationToken);
        var gates = await platform.Events.ReadAsync(new() { Types = [EventTypes.GateChecked], Limit = 10_000 }, cancellationToken);
        var versions = (await platform.Models.ListVersionsAsync(FlightModel.Name, cancellationToken: cancellationToken)).OrderBy(v =>
            v.Id.Version
        );
        var alias = await platform.Models.GetAliasAsync(FlightModel.Name, FlightModel.Alias, cancellationToken);
        var alerts = await platform.Monitoring.GetAlertsAsync(FlightModel.Name, cancellationToken: cancellationToken);
        var days = await platform.Monitoring.GetEvaluationsAsync(FlightModel.Name, 10_000, cancellationToken);
        var runs = await platform.Pipelines.ListRunsAsync(FlightModel.Pipeline, 1000, cancellationToken);
        var months = await ReadMonthsAsync(platform, from, to, cancellationToken);
        return new(
            [.. versions.Select(v => Describe(v.Id, v.CreatedAt, v.Tags, rollouts, gates))],
            alias?.Version ?? 0,
            months.Sum(m => m.Predictions),
            months.Sum(m => m.Labelled),
            runs.Count(r => r.CauseId is not null),
            [
                .. alerts
                    .SelectMany(a => Describe(a, days))
                    .OrderBy(a => a.At)
                    .ThenBy(a => a.Monitor, StringComparer.Ordinal)
                    .ThenBy(a => a.Column, StringComparer.Ordinal),
            ],
            months.ToDictionary(m => m.From.ToString("yyyy-MM", CultureInfo.InvariantCulture), m => m.Auc, StringComparer.Ordinal),
            [.. days.OrderBy(d => d.WindowStart)]
        );
    }

    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, Json, cancellationToken);
    }

    private static async Task<List<PerformanceReport>> ReadMonthsAsync(
        IMlPlatform platform,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var months = new List<PerformanceReport>();
        for (var month = from; month < to; month = month.AddMonths(1))
        {
            months.Add(
                await platform.Monitoring.GetPerformanceAsync(
                    FlightModel.Name,
                    month,
                    month.AddMonths(1),
                    cancellationToken: cancellationToken
                )
            );
        }

        return months;
    }

    private static VersionRow Describe(
        ModelVersionId id,
        DateTimeOffset at,
        IReadOnlyDictionary<string, string> tags,
        IReadOnlyList<Rollout> rollouts,
        IReadOnlyList<EventRecord> gates
    )
    {
        var auc = double.Parse(tags.GetValueOrDefault("auc", "NaN"), CultureInfo.InvariantCulture);
        if (rollouts.FirstOrDefault(r => r.Candidate == id) is { } rollout)
        {
            var status = rollout.State switch
            {
                RolloutState.Promoted => "promoted",
                RolloutState.RolledBack => "rolled back",
                RolloutState.Superseded => "superseded",
                _ => "in canary",
            };
            return new(id.Version, status, rollout.Reason, auc, at);
        }

        var gate = gates.LastOrDefault(g => g.Subject == id.ToAsset());
        var verdict = gate?.Payload.GetProperty("verdict").GetString();
        return new(
            id.Version,
            verdict == nameof(GateVerdict.Fail) ? "refused"
                : verdict == nameof(GateVerdict.Inconclusive) ? "inconclusive"
                : "not judged",
            gate?.Payload.GetProperty("reason").GetString() ?? "the pipeline ended before the gate",
            auc,
            at
        );
    }

    /// <summary>One row for each column behind the alert; one without a column for performance.</summary>
    private static IEnumerable<AlertRow> Describe(MonitorAlert alert, IReadOnlyList<MonitorEvaluation> days)
    {
        var verdict = days.Where(d => d.WindowStart == alert.WindowStart)
            .SelectMany(d => d.Verdicts)
            .FirstOrDefault(v => v.Kind == alert.Kind && v.State == MonitorState.Drifted);
        var columns = verdict?.Columns is { Count: > 0 } found ? found : [""];
        return columns.Select(c => new AlertRow(
            alert.OpenedAt,
            $"{alert.Monitor}/{alert.Kind}",
            c,
            verdict?.Reason ?? "drifted",
            alert.ResolvedAt
        ));
    }

    internal sealed record VersionRow(int Version, string Status, string Reason, double Auc, DateTimeOffset At);

    internal sealed record AlertRow(DateTimeOffset At, string Monitor, string Column, string Verdict, DateTimeOffset? ResolvedAt);
}
