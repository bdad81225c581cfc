namespace MlPlatform.Registry;

/// <summary>A page of runs.</summary>
/// <param name="Runs">The runs in the order asked for.</param>
/// <param name="NextPageToken">Asks for the next page; null when this is the last.</param>
public sealed record RunPage(IReadOnlyList<RunInfo> Runs, string? NextPageToken);
