using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The pairs of entity and action that a webhook can ask for, each as <c>entity.action</c>.</summary>
internal static class WebhookEvents
{
    private const string Name = "name";
    private const string Version = "version";
    private const string Alias = "alias";
    private const string Key = "key";
    private const string Value = "value";
    private const string Tags = "tags";
    private const string Description = "description";

    private static readonly MlflowEnum<WebhookEntity> Entities = new(
        ("REGISTERED_MODEL", 1, WebhookEntity.RegisteredModel),
        ("MODEL_VERSION", 2, WebhookEntity.ModelVersion),
        ("MODEL_VERSION_TAG", 3, WebhookEntity.ModelVersionTag),
        ("MODEL_VERSION_ALIAS", 4, WebhookEntity.ModelVersionAlias),
        ("PROMPT", 5, WebhookEntity.Prompt),
        ("PROMPT_VERSION", 6, WebhookEntity.PromptVersion),
        ("PROMPT_TAG", 7, WebhookEntity.PromptTag),
        ("PROMPT_VERSION_TAG", 8, WebhookEntity.PromptVersionTag),
        ("PROMPT_ALIAS", 9, WebhookEntity.PromptAlias)
    );

    private static readonly MlflowEnum<WebhookAction> Actions = new(
        ("CREATED", 1, WebhookAction.Created),
        ("UPDATED", 2, WebhookAction.Updated),
        ("DELETED", 3, WebhookAction.Deleted),
        ("SET", 4, WebhookAction.Set)
    );

    /// <summary>Of each pair: the event that it is said of, and the fields of its data.</summary>
    private static readonly Dictionary<string, (string Type, string[] Fields)> Pairs = new(StringComparer.Ordinal)
    {
        ["registered_model.created"] = (EventTypes.ModelCreated, [Name, Tags, Description]),
        ["model_version.created"] = (EventTypes.ModelVersionCreated, [Name, Version, "source", "run_id", Tags, Description]),
        ["model_version_tag.set"] = (EventTypes.ModelVersionTagSet, [Name, Version, Key, Value]),
        ["model_version_tag.deleted"] = (EventTypes.ModelVersionTagDeleted, [Name, Version, Key]),
        ["model_version_alias.created"] = (EventTypes.AliasMoved, [Name, Alias, Version]),
        ["model_version_alias.deleted"] = (EventTypes.AliasMoved, [Name, Alias]),
        ["prompt.created"] = (EventTypes.ModelCreated, [Name, Tags, Description]),
        ["prompt_version.created"] = (EventTypes.ModelVersionCreated, [Name, Version, "template", Tags, Description]),
        ["prompt_tag.set"] = (EventTypes.ModelTagSet, [Name, Key, Value]),
        ["prompt_tag.deleted"] = (EventTypes.ModelTagDeleted, [Name, Key]),
        ["prompt_version_tag.set"] = (EventTypes.ModelVersionTagSet, [Name, Version, Key, Value]),
        ["prompt_version_tag.deleted"] = (EventTypes.ModelVersionTagDeleted, [Name, Version, Key]),
        ["prompt_alias.created"] = (EventTypes.AliasMoved, [Name, Alias, Version]),
        ["prompt_alias.deleted"] = (EventTypes.AliasMoved, [Name, Alias]),
    };

    /// <summary>The event that a pair is said of; null when there is no such pair.</summary>
    public static string? TypeOf(string pair) => Pairs.TryGetValue(pair, out var known) ? known.Type : null;

    /// <summary>Reads a pair as a client sends it.</summary>
    /// <exception cref="MlflowException">There is no such pair.</exception>
    public static string Read(MlflowMessage message)
    {
        var entity = Entities.NameOf(message.OptionalEnum("entity", Entities) ?? throw message.Missing("entity")).ToLowerInvariant();
        var action = Actions.NameOf(message.OptionalEnum("action", Actions) ?? throw message.Missing("action")).ToLowerInvariant();
        if (Pairs.ContainsKey($"{entity}.{action}"))
        {
            return $"{entity}.{action}";
        }

        var valid = Pairs.Keys.Select(Split).Where(p => p.Entity == entity).Select(p => $"'{p.Action}'").Order(StringComparer.Ordinal);
        throw MlflowException.InvalidParameter(
            $"Invalid action '{action}' for entity '{entity}'. Valid actions are: [{string.Join(", ", valid)}]"
        );
    }

    public static JsonObject ToMessage(string pair)
    {
        var (entity, action) = Split(pair);
        return new() { ["entity"] = entity.ToUpperInvariant(), ["action"] = action.ToUpperInvariant() };
    }

    /// <summary>Data as a test sends it: every field of the pair, none of it real.</summary>
    public static JsonObject ExampleOf(string pair)
    {
        var data = new JsonObject();
        foreach (var field in Pairs[pair].Fields)
        {
            data[field] = field switch
            {
                Version => "1",
                Tags => new JsonObject { ["example_key"] = "example_value" },
                "source" => "models:/example_model/1",
                "template" => "Hello {{name}}!",
                _ => $"example_{field}",
            };
        }

        return data;
    }

    public static (string Entity, string Action) Split(string pair)
    {
        var dot = pair.IndexOf('.', StringComparison.Ordinal);
        return (pair[..dot], pair[(dot + 1)..]);
    }
}
