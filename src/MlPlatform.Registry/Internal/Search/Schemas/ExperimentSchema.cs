namespace MlPlatform.Registry.Internal;

internal static class ExperimentSchema
{
    private static readonly SearchAttribute Id = new("r.id");
    private static readonly SearchAttribute CreatedAt = new("r.created_at", SearchType.Time);

    public static SearchSchema Instance { get; } =
        new()
        {
            Kind = "experiments",
            Table = "reg_experiment",
            Id = ["id"],
            Attributes = new Dictionary<string, SearchAttribute>(StringComparer.Ordinal)
            {
                ["name"] = new("r.name"),
                ["experiment_id"] = Id,
                ["creation_time"] = CreatedAt,
                ["last_update_time"] = new("r.updated_at", SearchType.Time),
            },
            Tables = new Dictionary<SearchEntity, SearchTable> { [SearchEntity.Tag] = new("reg_experiment_tag", ("experiment_id", "id")) },
            Ties = [(CreatedAt, true), (Id, false)],
        };
}
