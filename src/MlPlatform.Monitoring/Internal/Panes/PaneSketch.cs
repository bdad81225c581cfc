namespace MlPlatform.Monitoring.Internal;

/// <summary>What the rows of one layout and route looked like in a stretch of event time. Sketches over the same shape merge exactly.</summary>
internal sealed class PaneSketch
{
    private const ushort Kind = 2;
    private const ushort Version = 1;
    private static readonly double[] UnitGrid = ReferenceEdges.Grid([]);

    public PaneSketch(PaneShape shape)
    {
        Shape = shape;
        Numeric = [.. shape.Numeric.Select(p => p?.NewCounts() ?? new EdgeCounts([]))];
        Moments = [.. shape.Numeric.Select(_ => new MomentsSketch())];
        Categories = [.. shape.Categories.Select(p => new CategoryCounts(128, p?.Top.Select(c => c.Hash)))];
        Scores = shape.Profile?.Scores?.NewCounts() ?? new EdgeCounts(UnitGrid);
        ScoreMoments = new();
    }

    public PaneShape Shape { get; }

    public long Rows { get; private set; }

    public EdgeCounts[] Numeric { get; }

    public MomentsSketch[] Moments { get; }

    public CategoryCounts[] Categories { get; }

    public EdgeCounts Scores { get; }

    public MomentsSketch ScoreMoments { get; }

    public void Add(CaptureBlock block, int row) => Add(block.Numeric(row), block.Categories(row), block.Rows[row].Score);

    public void Add(ReadOnlySpan<double> numeric, ReadOnlySpan<ulong> categories, double score)
    {
        Rows++;
        for (var i = 0; i < numeric.Length; i++)
        {
            Add(Numeric[i], Moments[i], numeric[i]);
        }

        for (var i = 0; i < categories.Length; i++)
        {
            Categories[i].Add(categories[i]);
        }

        Add(Scores, ScoreMoments, score);
    }

    public void Merge(PaneSketch other)
    {
        Rows += other.Rows;
        for (var i = 0; i < Numeric.Length; i++)
        {
            Numeric[i].Merge(other.Numeric[i]);
            Moments[i].Merge(other.Moments[i]);
        }

        for (var i = 0; i < Categories.Length; i++)
        {
            Categories[i].Merge(other.Categories[i]);
        }

        Scores.Merge(other.Scores);
        ScoreMoments.Merge(other.ScoreMoments);
    }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt64(Rows);
        for (var i = 0; i < Numeric.Length; i++)
        {
            Numeric[i].Write(writer);
            Moments[i].Write(writer);
        }

        foreach (var counts in Categories)
        {
            counts.Write(writer);
        }

        Scores.Write(writer);
        ScoreMoments.Write(writer);
        writer.Flush();
        return BlobFrame.Write(Kind, Version, stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Reads stored bytes.</summary>
    /// <exception cref="BlobFormatException">They are damaged, or of another version or shape.</exception>
    public static PaneSketch FromBytes(PaneShape shape, ReadOnlySpan<byte> bytes)
    {
        var payload = BlobFrame.Read(bytes, Kind, Version);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(payload.ToArray()));
            var pane = new PaneSketch(shape) { Rows = reader.Read7BitEncodedInt64() };
            for (var i = 0; i < pane.Numeric.Length; i++)
            {
                pane.Numeric[i].MergeFrom(reader);
                pane.Moments[i] = MomentsSketch.Read(reader);
            }

            foreach (var counts in pane.Categories)
            {
                counts.MergeFrom(reader);
            }

            pane.Scores.MergeFrom(reader);
            pane.ScoreMoments.Merge(MomentsSketch.Read(reader));
            return pane;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException)
        {
            throw new BlobFormatException("A pane does not fit the layout that it is stored under.", e);
        }
    }

    private static void Add(EdgeCounts counts, MomentsSketch moments, double value)
    {
        counts.Add(value);
        if (double.IsFinite(value))
        {
            moments.Add(value);
        }
    }
}
