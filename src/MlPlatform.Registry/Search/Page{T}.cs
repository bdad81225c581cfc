namespace MlPlatform.Registry;

/// <summary>A page of what was found.</summary>
/// <param name="Items">In the order asked for.</param>
/// <param name="NextPageToken">Asks for the next page; null when this is the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken);
