namespace MlPlatform.Registry;

/// <summary>One key of an order of logged models.</summary>
/// <param name="Key">For example <c>metrics.auc</c> or <c>creation_timestamp</c>; all after the first dot is the key, without quotes.</param>
/// <param name="IsDescending">Whether the greatest come first.</param>
/// <param name="Dataset">Only the metric as measured on this dataset; null for the latest measurement on any.</param>
public sealed record LoggedModelOrder(string Key, bool IsDescending = false, LoggedModelDataset? Dataset = null);
