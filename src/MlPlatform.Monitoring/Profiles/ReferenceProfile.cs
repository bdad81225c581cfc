namespace MlPlatform.Monitoring;

/// <summary>What the training data looked like, column by column: the reference that live traffic is compared with. It travels with the model package.</summary>
/// <remarks>Built by <see cref="ReferenceProfileBuilder"/>. Immutable and thread-safe. The same data give the same bytes.</remarks>
public sealed class ReferenceProfile
{
    /// <summary>The media type of the stored form.</summary>
    public const string MediaType = "application/vnd.mlplatform.profile";

    /// <summary>The name under which scores appear among columns.</summary>
    public const string ScoreColumn = "score";

    private const ushort Kind = 1;
    private const ushort Version = 1;

    internal ReferenceProfile(
        IReadOnlyList<NumericProfile> numeric,
        IReadOnlyList<CategoryProfile> categories,
        NumericProfile? scores,
        IReadOnlyDictionary<string, double> metrics
    )
    {
        Numeric = numeric;
        Categories = categories;
        Scores = scores;
        Metrics = metrics;
    }

    /// <summary>The numeric columns, by name in ordinal order.</summary>
    public IReadOnlyList<NumericProfile> Numeric { get; }

    /// <summary>The categorical columns, by name in ordinal order.</summary>
    public IReadOnlyList<CategoryProfile> Categories { get; }

    /// <summary>The scores in a grid of 100 bins, or null.</summary>
    public NumericProfile? Scores { get; }

    /// <summary>Metrics of the evaluation at training, for example <c>auc</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; }

    /// <summary>The stored form.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt(Numeric.Count);
        foreach (var column in Numeric)
        {
            column.Write(writer);
        }

        writer.Write7BitEncodedInt(Categories.Count);
        foreach (var column in Categories)
        {
            column.Write(writer);
        }

        writer.Write(Scores is not null);
        Scores?.Write(writer);
        writer.Write7BitEncodedInt(Metrics.Count);
        foreach (var (name, value) in Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Flush();
        return BlobFrame.Write(Kind, Version, stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="BlobFormatException">The bytes are damaged, no profile, or of another version.</exception>
    public static ReferenceProfile FromBytes(ReadOnlySpan<byte> bytes)
    {
        var payload = BlobFrame.Read(bytes, Kind, Version).ToArray();
        try
        {
            using var reader = new BinaryReader(new MemoryStream(payload));
            return Read(reader);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException)
        {
            throw new BlobFormatException($"The content is framed as a reference profile but is none: {e.Message}", e);
        }
    }

    private static ReferenceProfile Read(BinaryReader reader)
    {
        var numeric = new NumericProfile[reader.ReadCount(1)];
        for (var i = 0; i < numeric.Length; i++)
        {
            numeric[i] = NumericProfile.Read(reader);
        }

        var categories = new CategoryProfile[reader.ReadCount(1)];
        for (var i = 0; i < categories.Length; i++)
        {
            categories[i] = CategoryProfile.Read(reader);
        }

        var scores = reader.ReadBoolean() ? NumericProfile.Read(reader) : null;
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var name = reader.ReadString();
            metrics[name] = reader.ReadDouble();
        }

        return new(numeric, categories, scores, metrics);
    }
}
