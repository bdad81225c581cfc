using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class RunRow
{
    public const string Columns = """
        r.id AS Id, r.experiment_id AS ExperimentId, e.name AS Experiment, r.name AS Name, r.parent_id AS ParentId, r.status AS Status,
        r.start_time AS StartTime, r.end_time AS EndTime, r.actor_id AS Actor, r.user_id AS UserId, r.provenance AS Provenance,
        r.deleted_at AS DeletedAt
        """;

    public const string From = "reg_run r JOIN reg_experiment e ON e.id = r.experiment_id";

    public required string Id { get; init; }

    public required string ExperimentId { get; init; }

    public required string Experiment { get; init; }

    public required string Name { get; init; }

    public string? ParentId { get; init; }

    public required string Status { get; init; }

    public required long StartTime { get; init; }

    public long? EndTime { get; init; }

    public required string Actor { get; init; }

    public string? UserId { get; init; }

    public string? Provenance { get; init; }

    public long? DeletedAt { get; init; }

    public AssetRef Asset => new(AssetKind.Run, Id);

    public AssetRef ExperimentAsset => new(AssetKind.Experiment, Experiment);

    /// <summary>As other trackers write it, so that filters can be carried over.</summary>
    public static string ToText(RunStatus status) => status.ToString().ToUpperInvariant();

    public static bool IsOpen(string status) => status is "RUNNING" or "SCHEDULED";

    public RunInfo ToInfo() =>
        new()
        {
            Id = RunId.Parse(Id),
            ExperimentId = ExperimentId,
            Experiment = Experiment,
            Name = Name,
            ParentRunId = ParentId is null ? null : RunId.Parse(ParentId),
            Status = Enum.Parse<RunStatus>(Status, ignoreCase: true),
            StartTime = StoredTime.FromMicros(StartTime),
            EndTime = StoredTime.FromMicros(EndTime),
            Actor = Actor,
            UserId = UserId,
            DeletedAt = StoredTime.FromMicros(DeletedAt),
            Provenance = Provenance is null ? null : JsonSerializer.Deserialize(Provenance, RegistryJson.Default.RunProvenance),
        };
}
