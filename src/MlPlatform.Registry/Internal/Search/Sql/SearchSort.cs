namespace MlPlatform.Registry.Internal;

/// <summary>One resolved key of an order.</summary>
internal sealed record SearchSort(SearchField Field, bool IsDescending, LoggedModelDataset? Dataset)
{
    public bool IsNullable => Field.Table is not null || Field.Attribute!.IsNullable;

    public IReadOnlyList<LoggedModelDataset> Datasets => Dataset is null ? [] : [Dataset];
}
