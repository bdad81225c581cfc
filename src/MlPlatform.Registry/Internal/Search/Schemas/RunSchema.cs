namespace MlPlatform.Registry.Internal;

internal static class RunSchema
{
    private static readonly SearchAttribute Id = new("r.id") { AllowsList = true, IsIndexed = true };
    private static readonly SearchAttribute Name = new("r.name") { AllowsList = true };
    private static readonly SearchAttribute StartTime = new("r.start_time", SearchType.Time) { IsIndexed = true };
    private static readonly (string, string) Owner = ("run_id", "id");

    /// <summary>Where a run's files are for other trackers' clients; the endpoints that speak with them say the same.</summary>
    private const string ArtifactUri = "'mlflow-artifacts:/' || r.experiment_id || '/' || r.id || '/artifacts'";

    public static SearchSchema Instance { get; } =
        new()
        {
            Kind = "runs",
            Table = "reg_run",
            Id = ["id"],
            IsScoped = true,
            Attributes = new Dictionary<string, SearchAttribute>(StringComparer.Ordinal)
            {
                ["run_id"] = Id,
                ["run_name"] = Name,
                ["run name"] = Name,
                ["Run name"] = Name,
                ["Run Name"] = Name,
                ["status"] = new("r.status") { AllowsList = true },
                ["artifact_uri"] = new(ArtifactUri) { AllowsList = true },
                ["user_id"] = new("COALESCE(r.user_id, r.actor_id)") { AllowsList = true },
                ["experiment_id"] = new("r.experiment_id") { AllowsList = true },
                ["start_time"] = StartTime,
                ["created"] = StartTime,
                ["Created"] = StartTime,
                ["end_time"] = new("r.end_time", SearchType.Time) { IsNullable = true },
            },
            Tables = new Dictionary<SearchEntity, SearchTable>
            {
                [SearchEntity.Metric] = new("reg_metric_latest", Owner) { IsMetric = true, IsIndexed = true },
                [SearchEntity.Param] = new("reg_run_param", Owner) { IsIndexed = true },
                [SearchEntity.Tag] = new("reg_run_tag", Owner) { IsIndexed = true },
            },
            Datasets = new Dictionary<string, SearchTable>(StringComparer.Ordinal)
            {
                ["name"] = Dataset("d.name"),
                ["digest"] = Dataset("d.digest"),
                ["context"] = new($"(SELECT run_id, value FROM reg_run_input_tag WHERE key = '{MlflowTags.DatasetContext}')", Owner)
                {
                    HasKey = false,
                    AllowsList = true,
                },
            },
            Ties = [(StartTime, true), (Id, false)],
        };

    private static SearchTable Dataset(string column) =>
        new($"(SELECT i.run_id, {column} AS value FROM reg_run_input i JOIN reg_dataset d ON d.id = i.dataset_id)", Owner)
        {
            HasKey = false,
            AllowsList = true,
        };
}
