namespace MlPlatform.Core;

/// <summary>Reads online features for one prediction; on-demand transforms included.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IFeatureReader
{
    /// <summary>The columns that a service gives, in order.</summary>
    /// <param name="service">Service name, or <c>name@vN</c>.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="AssetNotFoundException">No such service.</exception>
    ValueTask<DataSchema> DescribeAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>The names of the entity keys that each column of a service is read by, in the order of <see cref="DescribeAsync"/>; none for a column that needs none.</summary>
    /// <param name="service">Service name, or <c>name@vN</c>.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="AssetNotFoundException">No such service.</exception>
    ValueTask<IReadOnlyList<IReadOnlyList<string>>> DescribeKeysAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>Fills <paramref name="destination"/> with the service's columns.</summary>
    /// <param name="service">Service name, or <c>name@vN</c>.</param>
    /// <param name="values">Entity keys and request data by name. Unknown names are ignored; a missing key reads as not found.</param>
    /// <param name="destination">Cleared, then filled in the order of <see cref="DescribeAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask ReadAsync(
        string service,
        IReadOnlyDictionary<string, FeatureValue> values,
        FeatureVector destination,
        CancellationToken cancellationToken = default
    );
}
