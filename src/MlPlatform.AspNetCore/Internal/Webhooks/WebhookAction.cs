namespace MlPlatform.AspNetCore.Internal;

/// <summary>What may have happened to a <see cref="WebhookEntity"/>, numbered as on the wire.</summary>
internal enum WebhookAction
{
    Created = 1,
    Updated,
    Deleted,
    Set,
}
