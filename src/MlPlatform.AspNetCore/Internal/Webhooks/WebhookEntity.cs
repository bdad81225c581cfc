namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a webhook can be told of, numbered as on the wire.</summary>
internal enum WebhookEntity
{
    RegisteredModel = 1,
    ModelVersion,
    ModelVersionTag,
    ModelVersionAlias,
    Prompt,
    PromptVersion,
    PromptTag,
    PromptVersionTag,
    PromptAlias,
}
