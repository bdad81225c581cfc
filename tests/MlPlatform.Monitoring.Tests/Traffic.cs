using System.Buffers.Binary;

namespace MlPlatform.Monitoring.Tests;

/// <summary>Makes predictions with ids that follow from a number, so that a replay makes the same ones again.</summary>
internal static class Traffic
{
    public static PredictionLayout Layout(
        int columns = 3,
        byte[]? profile = null,
        int version = 1,
        string model = "m",
        int categories = 1
    ) =>
        new(
            new ModelVersionId(model, version),
            [.. Enumerable.Range(0, columns).Select(i => "x" + i)],
            [.. Enumerable.Range(0, categories).Select(i => "k" + i)],
            profile is null ? null : (ReadOnlyMemory<byte>?)profile
        );

    public static PredictionId Id(long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], number);
        return new(new Guid(bytes, bigEndian: true));
    }

    public static void Observe(
        IPredictionObserver observer,
        PredictionLayout layout,
        long number,
        DateTimeOffset time,
        ReadOnlySpan<double> numeric,
        string? category = "a",
        double score = 0.5,
        PredictionRoute route = PredictionRoute.Primary,
        int? label = null
    ) =>
        observer.Observe(
            new()
            {
                Id = Id(number),
                Layout = layout,
                Route = route,
                TimeMicros = StoredTime.ToMicros(time),
                Numeric = numeric,
                Categories = layout.CategoryColumns.Count == 0 ? default : [CategoryHash.Of(category)],
                Scores = [score],
                Class = label ?? (score > 0.5 ? 1 : 0),
            }
        );
}
