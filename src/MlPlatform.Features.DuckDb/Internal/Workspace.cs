namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A session with the frame and the source of one computation staged as <c>frame</c> and <c>src</c>.</summary>
internal static class Workspace
{
    /// <summary>Stages both sides and says which types the source's columns have.</summary>
    public static async Task<StagedTable> StageAsync(
        DuckDbSession session,
        OfflineFrame frame,
        OfflineSource source,
        IReadOnlyList<string> frameKeys,
        IEnumerable<string> values
    )
    {
        var left = await TableStager
            .StageAsync(session, "frame", frame.Table, [new(frame.TimeColumn, "ts", ColumnRole.Time), .. Keys(frameKeys)], lazily: false)
            .ConfigureAwait(false);
        List<ColumnRequest> columns = [new(source.EventTimeColumn, "event", ColumnRole.Time), .. Keys(source.KeyColumns)];
        if (source.CreatedTimeColumn is { } created)
        {
            columns.Add(new(created, "created", ColumnRole.Time));
        }

        if (source.SequenceColumn is { } sequence)
        {
            columns.Add(new(sequence, "seq", ColumnRole.Sequence));
        }

        columns.AddRange(values.Select((v, i) => new ColumnRequest(v, $"v{i}", ColumnRole.Value)));
        var right = await TableStager.StageAsync(session, "src", source.Table, columns, lazily: true).ConfigureAwait(false);
        for (var i = 0; i < frameKeys.Count; i++)
        {
            if (!ColumnTypes.Comparable(left.Types[$"k{i}"], right.Types[$"k{i}"]))
            {
                throw new ArgumentException(
                    $"Key '{frameKeys[i]}' of the frame holds {left.Types[$"k{i}"]}, key '{source.KeyColumns[i]}' of the source {right.Types[$"k{i}"]}.",
                    nameof(frameKeys)
                );
            }
        }

        return right;
    }

    public static int CountFrame(DuckDbSession session) =>
        session.Read(
            "SELECT count(*) FROM frame",
            static reader =>
            {
                reader.Read();
                return checked((int)reader.GetInt64(0));
            }
        );

    private static IEnumerable<ColumnRequest> Keys(IReadOnlyList<string> names) =>
        names.Select((name, i) => new ColumnRequest(name, $"k{i}", ColumnRole.Key));
}
