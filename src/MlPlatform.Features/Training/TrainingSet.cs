using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Features.Internal;

namespace MlPlatform.Features;

/// <summary>Rows with the features that were valid at their times.</summary>
/// <remarks>Immutable: do not change the arrays of its columns.</remarks>
public sealed class TrainingSet
{
    private const ushort Kind = 20;
    private const ushort FormatVersion = 1;
    private readonly Lazy<ArtifactDigest> digest;

    internal TrainingSet(
        string service,
        IReadOnlyList<string> featureNames,
        IReadOnlyList<TrainingViewCounts> views,
        IReadOnlyList<FeatureColumn> columns,
        int rowCount
    )
    {
        Service = service;
        FeatureNames = featureNames;
        Views = views;
        Columns = columns;
        RowCount = rowCount;
        Schema = new(columns.Select(c => c.Column));
        digest = new(() => ArtifactDigest.Of(ToBytes()));
    }

    /// <summary>The given columns, then the features.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; }

    /// <summary>Names and types of the columns.</summary>
    public DataSchema Schema { get; }

    /// <summary>How many rows there are.</summary>
    public int RowCount { get; }

    /// <summary>The service, <c>name@vN</c>.</summary>
    public string Service { get; }

    /// <summary>The columns that the service gives, in its order.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How the rows met the service's views.</summary>
    public IReadOnlyList<TrainingViewCounts> Views { get; }

    /// <summary>The digest of <see cref="ToBytes"/>: equal for equal rows, features and definitions.</summary>
    public ArtifactDigest Digest => digest.Value;

    /// <summary>A column by name.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public FeatureColumn this[string name] =>
        Schema.IndexOf(name) is >= 0 and var at
            ? Columns[at]
            : throw new KeyNotFoundException($"There is no column '{name}'; there are {Schema}.");

    /// <summary>The training set as bytes, to be kept as an artifact.</summary>
    public byte[] ToBytes()
    {
        var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload))
        {
            writer.Write(Service);
            writer.Write(JsonSerializer.Serialize([.. FeatureNames], FeaturesJson.Default.StringArray));
            writer.Write(JsonSerializer.Serialize([.. Views], FeaturesJson.Default.TrainingViewCountsArray));
            ColumnBytes.Write(writer, Columns, RowCount);
        }

        return BlobFrame.Write(Kind, FormatVersion, payload.ToArray());
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="BlobFormatException">They are damaged or something else.</exception>
    public static TrainingSet FromBytes(ReadOnlySpan<byte> bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(BlobFrame.Read(bytes, Kind, FormatVersion).ToArray(), writable: false));
        try
        {
            var service = reader.ReadString();
            var names = JsonSerializer.Deserialize(reader.ReadString(), FeaturesJson.Default.StringArray) ?? [];
            var views = JsonSerializer.Deserialize(reader.ReadString(), FeaturesJson.Default.TrainingViewCountsArray) ?? [];
            var (columns, rows) = ColumnBytes.Read(reader);
            return new(service, names, views, columns, rows);
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException or FormatException)
        {
            throw new BlobFormatException($"The content is not a training set: {e.Message}");
        }
    }
}
