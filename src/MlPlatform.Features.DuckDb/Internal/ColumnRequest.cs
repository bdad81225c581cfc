namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A column that a computation reads: the caller's name and the name that statements use for it.</summary>
internal sealed record ColumnRequest(string Name, string Alias, ColumnRole Role);
