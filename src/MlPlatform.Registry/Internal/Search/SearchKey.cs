namespace MlPlatform.Registry.Internal;

/// <summary>What a clause or an order speaks of.</summary>
internal readonly record struct SearchKey(SearchEntity Entity, string Key)
{
    private static readonly Dictionary<string, string> TextAttributes = new(StringComparer.Ordinal)
    {
        ["run_id"] = "r.id",
        ["run_name"] = "r.name",
        ["status"] = "r.status",
        ["user_id"] = "r.actor_id",
    };

    private static readonly Dictionary<string, string> TimeAttributes = new(StringComparer.Ordinal)
    {
        ["start_time"] = "r.start_time",
        ["end_time"] = "r.end_time",
    };

    public bool IsNumeric => Entity == SearchEntity.Metric || (Entity == SearchEntity.Attribute && TimeAttributes.ContainsKey(Key));

    /// <summary>The column of an attribute.</summary>
    public string Column => IsNumeric ? TimeAttributes[Key] : TextAttributes[Key];

    /// <summary>The table of a key that is not an attribute.</summary>
    public string Table =>
        Entity switch
        {
            SearchEntity.Metric => "reg_metric_latest",
            SearchEntity.Param => "reg_run_param",
            _ => "reg_run_tag",
        };

    public static bool IsAttribute(string key) => TextAttributes.ContainsKey(key) || TimeAttributes.ContainsKey(key);

    public static SearchEntity? ParseEntity(string text) =>
        text switch
        {
            "metrics" or "metric" => SearchEntity.Metric,
            "params" or "param" or "parameters" or "parameter" => SearchEntity.Param,
            "tags" or "tag" => SearchEntity.Tag,
            "attributes" or "attribute" or "attr" or "run" => SearchEntity.Attribute,
            _ => null,
        };
}
