namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A fold over a window that only moves forward, in a constant time an event and without ever taking an event out of a sum.</summary>
/// <remarks>
/// The window is an older part, of which the fold from each event to the part's end is kept, and a younger part with one fold. Leaving events
/// shorten the older part; when it is used up, the younger one becomes it. So a huge value or a NaN is forgotten with the event that held it.
/// </remarks>
internal sealed class SlidingFold<T>(Func<long, T> valueAt)
    where T : struct, IFold<T>
{
    private T[] suffixes = [];
    private T younger;
    private long first;
    private long end;

    public void Add(T value) => younger = T.Join(younger, value);

    /// <summary>The fold of the events from a start, which is never before an earlier one, to the newest.</summary>
    public T Read(long start, long next)
    {
        if (start < end)
        {
            return T.Join(suffixes[start - first], younger);
        }

        var length = (int)(next - start);
        if (suffixes.Length < length)
        {
            suffixes = new T[Math.Max(length, suffixes.Length * 2)];
        }

        T fold = default;
        for (var i = length - 1; i >= 0; i--)
        {
            suffixes[i] = fold = T.Join(valueAt(start + i), fold);
        }

        (first, end, younger) = (start, next, default);
        return fold;
    }
}
