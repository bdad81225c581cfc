using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>A feature service "flight" keyed by airport: mean delay and airline, from a table.</summary>
internal sealed class TableFeatures : IFeatureReader
{
    public DataSchema Schema { get; set; } = new([new("mean_delay", DataType.Float32), new("airline", DataType.String)]);

    public Dictionary<string, (float Delay, string Airline)> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>What a read waits for; null answers at once.</summary>
    public Task? Wait { get; set; }

    public ValueTask<DataSchema> DescribeAsync(string service, CancellationToken cancellationToken = default) =>
        service == "flight" ? new(Schema) : throw new AssetNotFoundException(new(AssetKind.Service, service));

    public ValueTask<IReadOnlyList<IReadOnlyList<string>>> DescribeKeysAsync(
        string service,
        CancellationToken cancellationToken = default
    ) => new([.. Schema.Columns.Select(_ => (string[])["origin_airport"])]);

    public ValueTask ReadAsync(
        string service,
        IReadOnlyDictionary<string, FeatureValue> values,
        FeatureVector destination,
        CancellationToken cancellationToken = default
    )
    {
        if (Wait is { } wait)
        {
            return new(WaitThenReadAsync(wait, values, destination));
        }

        Read(values, destination);
        return default;
    }

    private async Task WaitThenReadAsync(Task wait, IReadOnlyDictionary<string, FeatureValue> values, FeatureVector destination)
    {
        await wait;
        Read(values, destination);
    }

    private void Read(IReadOnlyDictionary<string, FeatureValue> values, FeatureVector destination)
    {
        destination.Reset(Schema);
        if (values.TryGetValue("origin_airport", out var key) && key.AsString() is { } airport && Rows.TryGetValue(airport, out var row))
        {
            Set("mean_delay", FeatureValue.Of(row.Delay), destination);
            Set("airline", FeatureValue.Of(row.Airline), destination);
        }
    }

    private void Set(string column, FeatureValue value, FeatureVector destination)
    {
        if (Schema.IndexOf(column) is >= 0 and var index)
        {
            destination[index] = new(value, FeatureStatus.Present, 1);
        }
    }
}
