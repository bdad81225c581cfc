namespace MlPlatform.Features.DuckDb.Internal;

internal enum ColumnRole
{
    Key,
    Time,
    Sequence,
    Value,
}
