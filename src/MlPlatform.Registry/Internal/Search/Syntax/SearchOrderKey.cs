namespace MlPlatform.Registry.Internal;

/// <summary>One key of an order, as it was written.</summary>
/// <param name="Key">What is ordered by.</param>
/// <param name="IsDescending">Whether the greatest come first.</param>
/// <param name="Dataset">For a metric of a logged model: only as measured on this dataset.</param>
internal sealed record SearchOrderKey(SearchKey Key, bool IsDescending, LoggedModelDataset? Dataset = null);
