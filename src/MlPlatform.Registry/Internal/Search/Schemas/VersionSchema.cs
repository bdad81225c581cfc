namespace MlPlatform.Registry.Internal;

internal static class VersionSchema
{
    private static readonly SearchAttribute Name = new("r.model");
    private static readonly SearchAttribute Number = new("r.version", SearchType.Integer);
    private static readonly SearchAttribute UpdatedAt = new("r.updated_at", SearchType.Time);

    public static SearchSchema Instance { get; } =
        new()
        {
            Kind = "model versions",
            Table = "reg_model_version",
            Id = ["model", "version"],
            Attributes = new Dictionary<string, SearchAttribute>(StringComparer.Ordinal)
            {
                ["name"] = Name,
                ["version_number"] = Number,
                ["run_id"] = new("r.run_id") { IsNullable = true, AllowsList = true },
                ["source_path"] = new("r.source") { IsNullable = true },
                ["creation_timestamp"] = new("r.created_at", SearchType.Time),
                ["last_updated_timestamp"] = UpdatedAt,
            },
            Tables = new Dictionary<SearchEntity, SearchTable>
            {
                [SearchEntity.Tag] = new("reg_model_version_tag", ("model", "model"), ("version", "version")),
            },
            Default = (UpdatedAt, true),
            Ties = [(Name, false), (Number, true)],
        };
}
