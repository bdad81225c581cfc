namespace MlPlatform.Registry.Internal;

internal static class ModelSchema
{
    private static readonly SearchAttribute Name = new("r.name");

    public static SearchSchema Instance { get; } =
        new()
        {
            Kind = "registered models",
            Table = "reg_model",
            Id = ["name"],
            Attributes = new Dictionary<string, SearchAttribute>(StringComparer.Ordinal)
            {
                ["name"] = Name,
                ["creation_timestamp"] = new("r.created_at", SearchType.Time),
                ["last_updated_timestamp"] = new("r.updated_at", SearchType.Time),
            },
            Tables = new Dictionary<SearchEntity, SearchTable> { [SearchEntity.Tag] = new("reg_model_tag", ("model", "name")) },
            Ties = [(Name, false)],
        };
}
