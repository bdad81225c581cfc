namespace MlPlatform.Features.Internal;

/// <summary>The histories that one call reads, each brought into files once. What is not sealed becomes a file that is deleted at the end.</summary>
internal sealed class HistoryTables(SourceHistory history, SegmentFiles files) : IDisposable
{
    private readonly Dictionary<string, ParquetTable> tables = new(StringComparer.Ordinal);
    private readonly List<TemporaryFile> temporary = [];

    public async Task<ParquetTable> GetAsync(SourceDefinition source, CancellationToken cancellationToken)
    {
        if (tables.TryGetValue(source.Name, out var table))
        {
            return table;
        }

        var parts = await history.ReadAsync(source.Name, cancellationToken).ConfigureAwait(false);
        var paths = new List<string>();
        foreach (var part in parts.Where(p => p.Digest is not null))
        {
            paths.Add(await files.GetAsync(part.Digest!.Value, cancellationToken).ConfigureAwait(false));
        }

        // Written even without rows: it brings the columns of the present record.
        HistoryPart[] waiting = [.. parts.Where(p => p.Digest is null)];
        var columns = HistoryColumns.Join(source, waiting);
        var file = await files.WriteTemporaryAsync(columns, waiting.Sum(p => p.Rows), cancellationToken).ConfigureAwait(false);
        temporary.Add(file);
        return tables[source.Name] = new([.. paths, file.Path]);
    }

    public void Dispose() => temporary.ForEach(f => f.Dispose());
}
