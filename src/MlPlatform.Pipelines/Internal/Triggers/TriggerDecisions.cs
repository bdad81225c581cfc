namespace MlPlatform.Pipelines.Internal;

/// <summary>What a trigger may decide.</summary>
internal static class TriggerDecisions
{
    public const string Fired = nameof(Fired);
    public const string Duplicate = nameof(Duplicate);
    public const string Cooldown = nameof(Cooldown);
    public const string Concurrent = nameof(Concurrent);
    public const string Budget = nameof(Budget);
    public const string BackedOff = nameof(BackedOff);
    public const string Error = nameof(Error);
}
