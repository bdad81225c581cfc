using System.Globalization;

namespace MlPlatform.Features.Internal;

/// <summary>A set of ingest sequences as few ranges; text <c>1-100,205-300</c>.</summary>
/// <remarks>
/// This is the watermark of a storage. One number would not do: rows of the history may stay offline between rows that went online at once, and
/// an aggregate must count each row exactly once.
/// </remarks>
internal sealed class SequenceRanges
{
    private readonly List<(long First, long Last)> ranges = [];

    public static SequenceRanges Parse(string text)
    {
        var set = new SequenceRanges();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            set.ranges.Add((long.Parse(ends[0], CultureInfo.InvariantCulture), long.Parse(ends[1], CultureInfo.InvariantCulture)));
        }

        return set;
    }

    public void Add(long first, long last)
    {
        var at = ranges.FindIndex(r => r.Last >= first - 1);
        if (at < 0)
        {
            ranges.Add((first, last));
            return;
        }

        while (at < ranges.Count && ranges[at].First <= last + 1)
        {
            (first, last) = (Math.Min(first, ranges[at].First), Math.Max(last, ranges[at].Last));
            ranges.RemoveAt(at);
        }

        ranges.Insert(at, (first, last));
    }

    public bool Contains(long sequence) => ContainsAll(sequence, sequence);

    public bool ContainsAll(long first, long last) => ranges.Exists(r => r.First <= first && last <= r.Last);

    public override string ToString() =>
        string.Join(',', ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.First}-{r.Last}")));
}
