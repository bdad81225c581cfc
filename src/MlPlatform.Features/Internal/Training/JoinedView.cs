namespace MlPlatform.Features.Internal;

/// <summary>One view joined to a frame.</summary>
/// <param name="Result">What the engine found.</param>
/// <param name="Columns">A column for each feature of the view's record.</param>
/// <param name="Found">Whether a row of the frame has a row of the view.</param>
internal sealed record JoinedView(OfflineResult Result, IReadOnlyList<FeatureColumn> Columns, bool[] Found);
