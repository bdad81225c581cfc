namespace MlPlatform.Pipelines.Internal;

/// <summary>Kinds of steps as stored: a map becomes a gather once its items are steps of their own.</summary>
internal static class StepKinds
{
    public const string Map = "map";
    public const string Gather = "gather";
    public const string Item = "item";

    public static string Of(StepKind kind) => kind.ToString().ToLowerInvariant();
}
