namespace MlPlatform.Features.DuckDb.Tests.Oracle;

internal sealed record FrameRow(string? Key1, int? Key2, long? Time);
