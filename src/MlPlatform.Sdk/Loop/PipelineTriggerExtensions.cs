using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Pipelines;

namespace MlPlatform.Sdk;

/// <summary>Triggers on what monitors find.</summary>
public static class PipelineTriggerExtensions
{
    /// <summary>Starts the pipeline when a monitor of a model opens an alert.</summary>
    /// <param name="triggers">The pipeline's triggers.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="kinds">
    /// Which alerts; none given means drift and performance. A data-quality alert is left out by default: a broken feed is to be mended, not learned.
    /// </param>
    public static PipelineTriggers OnAlert(this PipelineTriggers triggers, string model, params MonitorKind[] kinds)
    {
        ArgumentNullException.ThrowIfNull(triggers);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(kinds);
        string[] names = [.. (kinds.Length == 0 ? [MonitorKind.Drift, MonitorKind.Performance] : kinds).Select(k => k.ToString())];
        return triggers.OnEvent(
            EventTypes.AlertOpened,
            e => Text(e, "model") == model && names.Contains(Text(e, "kind")),
            name: $"{model}:{string.Join('+', names)}" // So that each kind may have a trigger of its own, with its own cooldown.
        );
    }

    private static string? Text(EventRecord record, string property) =>
        record.Payload.TryGetProperty(property, out var value) ? value.GetString() : null;
}
