using System.Collections.Frozen;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Reads a predictor's feature service with what its requests say.</summary>
internal sealed class FeatureSource<TIn>
{
    private readonly IFeatureReader reader;
    private readonly SlotPool<FeatureRequest> requests;
    private readonly FrozenDictionary<string, int> names;
    private readonly Action<TIn, FeatureValue[]> values;

    public FeatureSource(IFeatureReader reader, string service)
    {
        this.reader = reader;
        Service = service;
        (names, values) = RequestValueBinder.Compile<TIn>();
        requests = new(Environment.ProcessorCount * 8, () => new(names));
    }

    public string Service { get; }

    public ValueTask<DataSchema> DescribeAsync(CancellationToken cancellationToken) => reader.DescribeAsync(Service, cancellationToken);

    /// <summary>A line for each entity key that columns of the service are read by and requests have no property for.</summary>
    public async Task<IEnumerable<string>> FindMissingKeysAsync(IEnumerable<int> columns, CancellationToken cancellationToken)
    {
        var keys = await reader.DescribeKeysAsync(Service, cancellationToken).ConfigureAwait(false);
        return columns
            .SelectMany(c => keys[c])
            .Distinct(StringComparer.Ordinal)
            .Where(k => !names.ContainsKey(k))
            .Select(k => $"feature service '{Service}' is read by '{k}', for which {typeof(TIn).Name} has no property");
    }

    public FeatureRequest Rent(TIn input)
    {
        var request = requests.Rent();
        values(input, request.Values.Slots);
        return request;
    }

    public void Return(FeatureRequest request)
    {
        Array.Clear(request.Values.Slots);
        requests.Return(request);
    }

    public ValueTask ReadAsync(FeatureRequest request, CancellationToken cancellationToken) =>
        reader.ReadAsync(Service, request.Values, request.Vector, cancellationToken);
}
