namespace MlPlatform.Registry.Internal;

/// <summary>A thing's id and its place in the order.</summary>
internal sealed record FoundRow(IReadOnlyList<string> Id, SearchPhase Phase, IReadOnlyList<object> Values);
