namespace MlPlatform.Pipelines.Internal;

/// <summary>The parameters in force for a run.</summary>
/// <param name="Params">Each parameter.</param>
/// <param name="Unread">Given names that are no parameter.</param>
internal sealed record ResolvedParams(IReadOnlyList<ResolvedParam> Params, IReadOnlyList<string> Unread);
