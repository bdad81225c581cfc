namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The engine's order of values where the runtime's is another: NaN is the greatest number, and text goes by its UTF-8.</summary>
internal static class EngineOrder
{
    public static IComparer<double> Doubles { get; } = Comparer<double>.Create(Compare);

    public static IComparer<float> Singles { get; } = Comparer<float>.Create((a, b) => Compare(a, b));

    public static IComparer<byte[]> Bytes { get; } = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    public static IComparer<string> Texts { get; } = Comparer<string>.Create(Compare);

    private static int Compare(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b)) : a.CompareTo(b);

    private static int Compare(string a, string b)
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length.CompareTo(b.Length) : Place(a[same]).CompareTo(Place(b[same]));
    }

    /// <summary>Surrogates stand for characters behind all others.</summary>
    private static int Place(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
