using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The types of a table's columns by alias; a timestamp is stored as a BIGINT of microseconds.</summary>
internal sealed record StagedTable(IReadOnlyDictionary<string, DataType> Types)
{
    public bool Has(string alias) => Types.ContainsKey(alias);
}
