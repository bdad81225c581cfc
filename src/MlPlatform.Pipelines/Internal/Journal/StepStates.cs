namespace MlPlatform.Pipelines.Internal;

/// <summary>States of steps and runs as stored.</summary>
internal static class StepStates
{
    public const string Blocked = "blocked";
    public const string Ready = "ready";
    public const string Leased = "leased";
    public const string Expanded = "expanded";
    public const string Waiting = "waiting";
    public const string Succeeded = "succeeded";
    public const string Cached = "cached";
    public const string Failed = "failed";
    public const string GateFailed = "gateFailed";
    public const string Skipped = "skipped";
    public const string Cancelled = "cancelled";

    public const string Running = "running";

    public static bool HasOutput(string state) => state is Succeeded or Cached;
}
