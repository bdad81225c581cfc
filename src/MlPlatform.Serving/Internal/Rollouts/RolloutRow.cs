using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed class RolloutRow
{
    public const string Columns = """
        id AS Id, model AS Model, alias AS Alias, candidate AS Candidate, baseline AS Baseline, alias_tag AS AliasTag, steps AS Steps, hold AS Hold,
        maximum_step_time AS MaximumStepTime, minimum_requests AS MinimumRequests, shadow AS Shadow,
        promote_by_hand AS PromoteByHand, kind AS Kind, cause_id AS CauseId, state AS State,
        step AS Step, started_at AS StartedAt, traffic_at AS TrafficAt, step_at AS StepAt, ended_at AS EndedAt, reason AS Reason, evidence AS Evidence,
        row_version AS RowVersion
        """;

    public required string Id { get; init; }

    public required string Model { get; init; }

    public required string Alias { get; init; }

    public required int Candidate { get; init; }

    public int? Baseline { get; init; }

    public required long AliasTag { get; init; }

    public required string Steps { get; init; }

    public required long Hold { get; init; }

    public required long MaximumStepTime { get; init; }

    public required int MinimumRequests { get; init; }

    public required int Shadow { get; init; }

    public required int PromoteByHand { get; init; }

    public required string Kind { get; init; }

    public string? CauseId { get; init; }

    public required string State { get; init; }

    public required int Step { get; init; }

    public required long StartedAt { get; init; }

    public long? TrafficAt { get; init; }

    public required long StepAt { get; init; }

    public long? EndedAt { get; init; }

    public required string Reason { get; init; }

    public string? Evidence { get; init; }

    public required long RowVersion { get; init; }

    public static RolloutRow Of(Rollout rollout) =>
        new()
        {
            Id = rollout.Id.ToString(),
            Model = rollout.Candidate.Name,
            Alias = rollout.Options.Alias,
            Candidate = rollout.Candidate.Version,
            Baseline = rollout.Baseline,
            AliasTag = rollout.AliasTag.RowVersion,
            Steps = string.Join(' ', rollout.Options.Steps.Select(s => s.ToString("R", CultureInfo.InvariantCulture))),
            Hold = rollout.Options.Hold.Ticks,
            MaximumStepTime = rollout.Options.MaximumStepTime.Ticks,
            MinimumRequests = rollout.Options.MinimumRequests,
            Shadow = rollout.Options.Shadow ? 1 : 0,
            PromoteByHand = rollout.Options.PromoteByHand ? 1 : 0,
            Kind = rollout.Options.Kind.ToString(),
            CauseId = rollout.Options.CauseId?.ToString(),
            State = rollout.State.ToString(),
            Step = rollout.Step,
            StartedAt = StoredTime.ToMicros(rollout.StartedAt),
            TrafficAt = StoredTime.ToMicros(rollout.TrafficAt),
            StepAt = StoredTime.ToMicros(rollout.StepAt),
            EndedAt = StoredTime.ToMicros(rollout.EndedAt),
            Reason = rollout.Reason,
            Evidence = rollout.Evidence?.ToString(),
            RowVersion = rollout.ETag.RowVersion,
        };

    public Rollout ToRollout() =>
        new()
        {
            Id = RolloutId.Parse(Id),
            Candidate = new(Model, Candidate),
            Baseline = Baseline,
            AliasTag = new(AliasTag),
            Options = new()
            {
                Alias = Alias,
                Steps = [.. Steps.Split(' ').Select(s => double.Parse(s, CultureInfo.InvariantCulture))],
                Hold = new(Hold),
                MaximumStepTime = new(MaximumStepTime),
                MinimumRequests = MinimumRequests,
                Shadow = Shadow != 0,
                PromoteByHand = PromoteByHand != 0,
                Kind = Enum.Parse<AliasMoveKind>(Kind),
                CauseId = CauseId is null ? null : EventId.Parse(CauseId),
            },
            State = Enum.Parse<RolloutState>(State),
            Step = Step,
            StartedAt = StoredTime.FromMicros(StartedAt),
            TrafficAt = StoredTime.FromMicros(TrafficAt),
            StepAt = StoredTime.FromMicros(StepAt),
            EndedAt = StoredTime.FromMicros(EndedAt),
            Reason = Reason,
            Evidence = Evidence is null ? null : ArtifactDigest.Parse(Evidence),
            ETag = new(RowVersion),
        };
}
