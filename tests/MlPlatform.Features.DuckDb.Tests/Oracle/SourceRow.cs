namespace MlPlatform.Features.DuckDb.Tests.Oracle;

internal sealed record SourceRow(string? Key1, int? Key2, long? Event, long? Created, long? Sequence, double? Value);
