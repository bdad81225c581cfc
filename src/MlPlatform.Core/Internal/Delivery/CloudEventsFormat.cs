using System.Globalization;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace MlPlatform.Core.Internal;

/// <summary>CloudEvents 1.0 in structured JSON, signed by the headers of Standard Webhooks.</summary>
internal sealed class CloudEventsFormat : IEventFormat
{
    private static readonly JsonEventFormatter Formatter = new();
    private static readonly HashSet<string> Known =
    [
        .. typeof(EventTypes).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!),
    ];

    public string Name => "cloudevents";

    public EventHeaders Headers { get; } = new("webhook-id", "webhook-timestamp", "webhook-signature");

    public IReadOnlyCollection<string>? GetTypes(IReadOnlyList<string> filter) =>
        filter.FirstOrDefault(t => !Known.Contains(t)) is { } unknown
            ? throw new ArgumentException($"'{unknown}' is no type of event.", nameof(filter))
        : filter.Count == 0 ? null
        : filter;

    public ValueTask<EventMessage?> FormatAsync(
        EventRecord record,
        IReadOnlyList<string> filter,
        CancellationToken cancellationToken = default
    )
    {
        var cloudEvent = new CloudEvent(CloudEventsSpecVersion.V1_0)
        {
            Id = record.Id.ToString(),
            Source = new("urn:mlplatform"),
            Type = string.Create(CultureInfo.InvariantCulture, $"io.mlplatform.{record.Type}.v{record.SchemaVersion}"),
            Subject = record.Subject.ToString(),
            Time = record.Time,
            DataContentType = "application/json",
            Data = record.Payload,
        };
        cloudEvent["actor"] = record.Actor.ToString();
        var body = Formatter.EncodeStructuredModeMessage(cloudEvent, out var contentType);
        return new(new EventMessage(record.Id.ToString(), contentType.ToString(), body));
    }
}
