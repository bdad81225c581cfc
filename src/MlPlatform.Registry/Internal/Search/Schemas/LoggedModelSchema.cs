namespace MlPlatform.Registry.Internal;

internal static class LoggedModelSchema
{
    private static readonly SearchAttribute Id = new("r.id") { AllowsList = true };
    private static readonly SearchAttribute CreatedAt = new("r.created_at", SearchType.Time);
    private static readonly SearchAttribute UpdatedAt = new("r.updated_at", SearchType.Time);

    /// <summary>As other trackers write it, so that filters can be carried over.</summary>
    private const string Status = "CASE r.status WHEN 'Ready' THEN 'READY' WHEN 'UploadFailed' THEN 'FAILED' ELSE 'PENDING' END";

    private static readonly (string, string) Owner = ("model_id", "id");

    public static SearchSchema Instance { get; } =
        new()
        {
            Kind = "logged models",
            Table = "reg_logged_model",
            Id = ["id"],
            IsScoped = true,
            Attributes = new Dictionary<string, SearchAttribute>(StringComparer.Ordinal)
            {
                ["model_id"] = Id,
                ["name"] = new("r.name") { AllowsList = true },
                ["model_type"] = new("r.model_type") { AllowsList = true, IsNullable = true },
                ["status"] = new(Status) { AllowsList = true },
                ["source_run_id"] = new("r.source_run_id") { AllowsList = true, IsNullable = true },
                ["experiment_id"] = new("r.experiment_id") { AllowsList = true },
                ["creation_timestamp"] = CreatedAt,
                ["creation_time"] = CreatedAt,
                ["last_updated_timestamp"] = UpdatedAt,
                ["last_updated_time"] = UpdatedAt,
            },
            Tables = new Dictionary<SearchEntity, SearchTable>
            {
                [SearchEntity.Metric] = new("reg_logged_model_metric", Owner) { IsMetric = true, IsPerDataset = true },
                [SearchEntity.Param] = new("reg_logged_model_param", Owner),
                [SearchEntity.Tag] = new("reg_logged_model_tag", Owner),
            },
            Ties = [(CreatedAt, true), (Id, false)],
        };
}
