using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Events of the registry in the words of MLflow's webhooks. Prompts are models with a tag, and are said by names of their own.</summary>
internal sealed class WebhookFormat(IModelRegistry registry) : IEventFormat
{
    public const string FormatName = "mlflow";
    private const string PromptTag = "mlflow.prompt.is_prompt";
    private const string PromptTypeTag = "_mlflow_prompt_type";
    private const string PromptTextTag = "mlflow.prompt.text";

    public string Name => FormatName;

    public EventHeaders Headers { get; } = new("X-MLflow-Delivery-Id", "X-MLflow-Timestamp", "X-MLflow-Signature");

    public IReadOnlyCollection<string>? GetTypes(IReadOnlyList<string> filter) =>
        filter.Count == 0
            ? throw new ArgumentException("Webhook events cannot be empty.", nameof(filter))
            : filter
                .Select(p => WebhookEvents.TypeOf(p) ?? throw new ArgumentException($"There are no events '{p}'.", nameof(filter)))
                .ToHashSet(StringComparer.Ordinal);

    public async ValueTask<EventMessage?> FormatAsync(
        EventRecord record,
        IReadOnlyList<string> filter,
        CancellationToken cancellationToken = default
    )
    {
        var said = record.Type switch
        {
            EventTypes.ModelCreated => await ModelCreatedAsync(record.Subject.Id, cancellationToken).ConfigureAwait(false),
            EventTypes.ModelVersionCreated => await VersionCreatedAsync(record.Subject, cancellationToken).ConfigureAwait(false),
            EventTypes.AliasMoved => await AliasMovedAsync(record, cancellationToken).ConfigureAwait(false),
            EventTypes.ModelTagSet or EventTypes.ModelTagDeleted or EventTypes.ModelVersionTagSet or EventTypes.ModelVersionTagDeleted =>
                await TagAsync(record, cancellationToken).ConfigureAwait(false),
            _ => null,
        };
        return said is { } message && filter.Contains(message.Pair, StringComparer.Ordinal)
            ? Make(record.Id, message.Pair, record.Time, message.Data)
            : null;
    }

    public static EventMessage Make(EventId id, string pair, DateTimeOffset time, JsonObject data)
    {
        var (entity, action) = WebhookEvents.Split(pair);
        var body = new JsonObject
        {
            ["entity"] = entity,
            ["action"] = action,
            ["timestamp"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
            ["data"] = data,
        };
        return new(id.Value.ToString("D"), "application/json", JsonSerializer.SerializeToUtf8Bytes(body, MlflowJson.Default.JsonObject));
    }

    private async Task<(string Pair, JsonObject Data)?> ModelCreatedAsync(string name, CancellationToken cancellationToken)
    {
        // Gone already: then only its name is known.
        var model = await registry.GetModelAsync(name, cancellationToken).ConfigureAwait(false);
        var isPrompt = IsPrompt(model?.Tags);
        var data = new JsonObject
        {
            ["name"] = name,
            ["tags"] = Tags(model?.Tags, isPrompt),
            ["description"] = model?.Description,
        };
        return (isPrompt ? "prompt.created" : "registered_model.created", data);
    }

    private async Task<(string Pair, JsonObject Data)?> VersionCreatedAsync(AssetRef subject, CancellationToken cancellationToken)
    {
        var version = await registry.GetVersionAsync(new(subject.Id, subject.Version!.Value), cancellationToken).ConfigureAwait(false);
        var isPrompt = IsPrompt(version?.Tags);
        var data = new JsonObject { ["name"] = subject.Id, ["version"] = Wire.Number(subject.Version.Value) };
        if (isPrompt)
        {
            data["template"] = version!.Tags.GetValueOrDefault(PromptTextTag);
        }
        else
        {
            data["source"] = version?.Source ?? string.Empty;
            data["run_id"] = version?.RunId?.ToString() ?? version?.ForeignRunId;
        }

        data["tags"] = Tags(version?.Tags, isPrompt);
        data["description"] = version?.Description;
        return (isPrompt ? "prompt_version.created" : "model_version.created", data);
    }

    private async Task<(string Pair, JsonObject Data)?> AliasMovedAsync(EventRecord record, CancellationToken cancellationToken)
    {
        var at = record.Subject.Id.LastIndexOf('@');
        var name = record.Subject.Id[..at];
        var entity = await IsPromptAsync(name, cancellationToken).ConfigureAwait(false) ? "prompt_alias" : "model_version_alias";
        var data = new JsonObject { ["name"] = name, ["alias"] = record.Subject.Id[(at + 1)..] };
        if (record.Payload.GetProperty("to") is not { ValueKind: JsonValueKind.Number } to)
        {
            return ($"{entity}.deleted", data);
        }

        data["version"] = Wire.Number(to.GetInt32());
        return ($"{entity}.created", data);
    }

    private async Task<(string Pair, JsonObject Data)?> TagAsync(EventRecord record, CancellationToken cancellationToken)
    {
        var key = record.Payload.GetProperty("key").GetString()!;
        var isPrompt = await IsPromptAsync(record.Subject.Id, cancellationToken).ConfigureAwait(false);
        if (key == Stages.Tag || (record.Subject.Version is null && !isPrompt))
        {
            return null; // The protocol has no words for tags of registered models.
        }

        var data = new JsonObject { ["name"] = record.Subject.Id };
        if (record.Subject.Version is { } version)
        {
            data["version"] = Wire.Number(version);
        }

        data["key"] = key;
        if (record.Payload.TryGetProperty("value", out var value))
        {
            data["value"] = value.GetString();
        }

        var entity = (isPrompt ? "prompt" : "model") + (record.Subject.Version is null ? "_tag" : "_version_tag");
        return ($"{entity}.{(data.ContainsKey("value") ? "set" : "deleted")}", data);
    }

    private async Task<bool> IsPromptAsync(string name, CancellationToken cancellationToken) =>
        IsPrompt((await registry.GetModelAsync(name, cancellationToken).ConfigureAwait(false))?.Tags);

    private static bool IsPrompt(IReadOnlyDictionary<string, string>? tags) =>
        string.Equals(tags?.GetValueOrDefault(PromptTag), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A prompt's tags without those that only make it one.</summary>
    private static JsonObject Tags(IReadOnlyDictionary<string, string>? tags, bool isPrompt)
    {
        var said = new JsonObject();
        foreach (var (key, value) in tags ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (key != Stages.Tag && !(isPrompt && key is PromptTag or PromptTypeTag or PromptTextTag))
            {
                said[key] = value;
            }
        }

        return said;
    }
}
