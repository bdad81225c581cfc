namespace MlPlatform.Registry.Internal;

/// <summary>A search of any kind, its texts not yet checked.</summary>
internal sealed record SearchRequest
{
    public required SearchSchema Schema { get; init; }

    public string? Filter { get; init; }

    public IReadOnlyList<SearchOrderKey> Orders { get; init; } = [];

    public LifecycleView View { get; init; }

    public required int Limit { get; init; }

    public string? PageToken { get; init; }

    public IReadOnlyList<string> ExperimentIds { get; init; } = [];

    public IReadOnlyList<string> Experiments { get; init; } = [];

    public IReadOnlyList<LoggedModelDataset> Datasets { get; init; } = [];

    /// <summary>What a page token belongs to: everything that decides what is found and in which order. No part can hold a zero character.</summary>
    public string ToScope() =>
        string.Join(
            '\0',
            [
                Schema.Kind,
                View.ToString(),
                Filter?.Trim() ?? string.Empty,
                .. Orders.Select(o => $"order {o.Key} {o.IsDescending} {o.Dataset}"),
                .. ExperimentIds.Order(StringComparer.Ordinal).Select(i => $"experiment {i}"),
                .. Experiments.Order(StringComparer.Ordinal).Select(n => $"name {n}"),
                .. Datasets.Select(d => d.ToString()),
            ]
        );
}
