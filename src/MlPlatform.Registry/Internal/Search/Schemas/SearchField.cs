namespace MlPlatform.Registry.Internal;

/// <summary>What a key stands for in a schema: an attribute, or a key of a table.</summary>
internal sealed record SearchField(SearchAttribute? Attribute, SearchTable? Table, string Key)
{
    public SearchType Type => Attribute?.Type ?? (Table!.IsMetric ? SearchType.Number : SearchType.Text);

    public bool AllowsList => Attribute?.AllowsList ?? Table!.AllowsList;
}
