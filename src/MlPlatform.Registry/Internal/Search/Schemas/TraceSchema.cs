namespace MlPlatform.Registry.Internal;

internal static class TraceSchema
{
    private static readonly SearchAttribute Id = new("r.id") { AllowsList = true, IsIndexed = true };
    private static readonly SearchAttribute Time = new("r.at", SearchType.Time) { IsIndexed = true };
    private static readonly SearchAttribute Duration = new("(r.duration / 1000)", SearchType.Number) { IsNullable = true };
    private static readonly SearchAttribute State = new("r.state") { AllowsList = true };
    private static readonly SearchAttribute Name = Text("reg_trace_tag", MlflowTags.TraceName);
    private static readonly (string, string) Owner = ("trace_id", "id");

    public static SearchSchema Instance { get; } =
        new()
        {
            Kind = "traces",
            Table = "reg_trace",
            Id = ["id"],
            IsScoped = true,
            Attributes = new Dictionary<string, SearchAttribute>(StringComparer.Ordinal)
            {
                ["trace_id"] = Id,
                ["request_id"] = Id,
                ["name"] = Name,
                ["trace_name"] = Name,
                ["status"] = State,
                ["state"] = State,
                ["timestamp"] = Time,
                ["timestamp_ms"] = Time,
                ["request_time"] = Time,
                ["execution_time"] = Duration,
                ["execution_time_ms"] = Duration,
                ["execution_duration"] = Duration,
                ["client_request_id"] = new("r.client_request_id") { AllowsList = true, IsNullable = true },
                ["run_id"] = Text("reg_trace_metadata", MlflowTags.TraceRun),
                ["experiment_id"] = new("r.experiment_id") { AllowsList = true },
            },
            Tables = new Dictionary<SearchEntity, SearchTable>
            {
                [SearchEntity.Tag] = new("reg_trace_tag", Owner),
                [SearchEntity.Metadata] = new("reg_trace_metadata", Owner),
            },
            Ties = [(Time, true), (Id, false)],
        };

    private static SearchAttribute Text(string table, string key) =>
        new($"(SELECT t.value FROM {table} t WHERE t.trace_id = r.id AND t.key = '{key}')") { AllowsList = true, IsNullable = true };
}
