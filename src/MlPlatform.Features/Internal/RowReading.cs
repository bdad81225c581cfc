using System.Buffers;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Reads and checks pushed rows before anything is stored.</summary>
internal static class RowReading
{
    public static FeatureValue[][] Read<TEvent>(SourceDefinition source, IReadOnlyList<TEvent> rows, long latest)
        where TEvent : class
    {
        if (!source.Shape.Type.IsAssignableFrom(typeof(TEvent)))
        {
            throw new FeatureInputException(
                $"Source '{source.Name}'",
                typeof(TEvent).Name,
                $"was pushed; its record is {source.Shape.Type.Name}"
            );
        }

        var read = new FeatureValue[rows.Count][];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = new FeatureValue[source.Shape.Columns.Length];
            source.Shape.Read(rows[i] ?? throw new InvalidFeatureRowException(source.Name, i, "it is null."), read[i]);
            Check(source, read[i], i, latest);
        }

        return read;
    }

    private static void Check(SourceDefinition source, FeatureValue[] row, int at, long latest)
    {
        for (var c = 0; c < row.Length; c++)
        {
            var column = source.Shape.Columns[c];
            if (row[c].IsNull && !column.Nullable)
            {
                throw new InvalidFeatureRowException(
                    source.Name,
                    at,
                    $"'{column.Name}' is null, which {source.Shape.Type.Name} does not allow."
                );
            }

            if (row[c].AsString() is not { } text)
            {
                continue;
            }

            if (text.Contains('\0', StringComparison.Ordinal))
            {
                throw new InvalidFeatureRowException(
                    source.Name,
                    at,
                    $"'{column.Name}' holds the character NUL, which no engine can store."
                );
            }

            if (!IsWellFormed(text))
            {
                throw new InvalidFeatureRowException(
                    source.Name,
                    at,
                    $"'{column.Name}' holds half of a surrogate pair, which is no text; two such keys could not be told apart."
                );
            }
        }

        var time = row[source.EventTime].ToInt64();
        if (time > latest)
        {
            throw new InvalidFeatureRowException(
                source.Name,
                at,
                FormattableString.Invariant(
                    $"its event time {StoredTime.FromMicros(time):O} lies after {StoredTime.FromMicros(latest):O}, the clock and {nameof(FeaturesOptions.MaxClockSkew)}; it would hide all rows until then."
                )
            );
        }
    }

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[(at + length)..];
        }

        return true;
    }
}
