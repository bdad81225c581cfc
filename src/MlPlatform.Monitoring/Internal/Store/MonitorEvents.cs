using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace MlPlatform.Monitoring.Internal;

/// <summary>The events of Monitoring. Payloads hold names, times and statistics, never a feature's values.</summary>
internal static class MonitorEvents
{
    public static PlatformEvent Evaluated(MonitorEvaluation evaluation, MonitorKind kind) =>
        Make(EventTypes.MonitorEvaluated, evaluation, Describe(evaluation, kind));

    public static PlatformEvent Scheduled(MonitorDefinition monitor) =>
        new(EventTypes.MonitorScheduled, new AssetRef(AssetKind.Monitor, monitor.Name))
        {
            Related = [new AssetRef(AssetKind.Model, monitor.Model)],
            Payload = new JsonObject
            {
                ["model"] = monitor.Model,
                ["period"] = XmlConvert.ToString(monitor.Options.Window),
                ["delay"] = XmlConvert.ToString(monitor.Options.Delay),
                ["labelHorizon"] = XmlConvert.ToString(monitor.Options.LabelHorizon),
                ["options"] = CanonicalJson
                    .Digest(JsonSerializer.SerializeToNode(monitor.Options, MonitoringJson.Default.MonitorOptions))
                    .ToString(),
            },
        };

    /// <summary>That a window's columns were summed up; the digest is that of the statistics kept with the evaluation.</summary>
    public static PlatformEvent Summed(MonitorEvaluation evaluation)
    {
        var payload = Window(evaluation);
        payload["rows"] = evaluation.Rows;
        payload["columns"] = evaluation.Statistics.Select(s => s.Column).Distinct(StringComparer.Ordinal).Count();
        payload["digest"] = CanonicalJson
            .Digest(JsonSerializer.SerializeToNode([.. evaluation.Statistics], MonitoringJson.Default.MonitorStatisticArray))
            .ToString();
        return Make(EventTypes.FeatureStats, evaluation, payload);
    }

    public static PlatformEvent LabelsMatured(MonitorEvaluation evaluation)
    {
        var payload = Window(evaluation);
        payload["predictions"] = evaluation.Performance?.Predictions ?? 0;
        payload["labelled"] = evaluation.Performance?.Labelled ?? 0;
        return Make(EventTypes.LabelsMatured, evaluation, payload);
    }

    public static PlatformEvent Alert(string type, MonitorEvaluation evaluation, MonitorKind kind, string alert, MonitorState? previous)
    {
        var payload = Describe(evaluation, kind);
        payload["alert"] = alert;
        payload["previousState"] = previous?.ToString();
        var made = Make(type, evaluation, payload);
        return made with { Related = [.. made.Related, new AssetRef(AssetKind.Alert, alert)] };
    }

    private static PlatformEvent Make(string type, MonitorEvaluation evaluation, JsonObject payload) =>
        new(type, new AssetRef(AssetKind.Monitor, evaluation.Monitor))
        {
            Related = [new AssetRef(AssetKind.Model, evaluation.Model, evaluation.Version)],
            Payload = payload,
        };

    private static JsonObject Describe(MonitorEvaluation evaluation, MonitorKind kind)
    {
        var verdict = evaluation[kind];
        var payload = Window(evaluation);
        payload["kind"] = kind.ToString();
        payload["state"] = verdict.State.ToString();
        payload["reason"] = verdict.Reason;
        payload["rows"] = evaluation.Rows;
        if (kind == MonitorKind.Performance)
        {
            payload["performance"] = Describe(evaluation.Performance);
            return payload;
        }

        payload["datasetDrift"] = evaluation.DatasetDrift;
        payload["columns"] = new JsonArray([
            .. evaluation
                .Statistics.Where(s => s.Kind == kind && s.State >= MonitorState.Warning)
                .Select(s =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = s.Column,
                            ["method"] = s.Method,
                            ["state"] = s.State.ToString(),
                            ["value"] = Finite(s.Value),
                            ["threshold"] = Finite(s.Threshold),
                            ["nullMean"] = Finite(s.NullMean),
                            ["p"] = Finite(s.PValue),
                            ["pAdjusted"] = Finite(s.AdjustedPValue),
                            ["n"] = s.ReferenceRows,
                            ["m"] = s.CurrentRows,
                        }
                ),
        ]);
        return payload;
    }

    private static JsonObject? Describe(PerformanceReport? report) =>
        report is null
            ? null
            : new JsonObject
            {
                ["predictions"] = report.Predictions,
                ["labelled"] = report.Labelled,
                ["auc"] = Finite(report.Auc),
                ["aucLow"] = Finite(report.AucLow),
                ["aucHigh"] = Finite(report.AucHigh),
                ["logLoss"] = Finite(report.LogLoss),
                ["calibrationError"] = Finite(report.CalibrationError),
                ["meanPredicted"] = Finite(report.MeanPredicted),
                ["meanObserved"] = Finite(report.MeanObserved),
            };

    private static JsonObject Window(MonitorEvaluation evaluation) =>
        new()
        {
            ["monitor"] = evaluation.Monitor,
            ["model"] = evaluation.Model,
            ["version"] = evaluation.Version,
            ["windowStart"] = Time(evaluation.WindowStart),
            ["windowEnd"] = Time(evaluation.WindowEnd),
        };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
