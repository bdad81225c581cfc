using System.Text.Json.Serialization;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The messages of the routes that operate serving. A name that none of them has is refused, since a misspelt one would start a rollout of another kind.</summary>
internal static class ServingMessages
{
    /// <param name="Candidate">The new version.</param>
    /// <param name="Alias">The alias that moves at the end.</param>
    /// <param name="Steps">The candidate's share at each step, in percent: rising, above 0, at most 100.</param>
    /// <param name="HoldSeconds">How long each step lasts at least.</param>
    /// <param name="MaximumStepSeconds">A step that is inconclusive for so long is rolled back.</param>
    /// <param name="MinimumRequests">Requests that the candidate must have had in a step.</param>
    /// <param name="Shadow">Whether the candidate gets copies first.</param>
    /// <param name="PromoteByHand">Whether the last step lasts until somebody ends it.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record RolloutStart(
        [property: JsonPropertyName("candidate"), JsonRequired] int Candidate,
        [property: JsonPropertyName("alias")] string? Alias = null,
        [property: JsonPropertyName("steps")] IReadOnlyList<double>? Steps = null,
        [property: JsonPropertyName("hold_seconds")] double? HoldSeconds = null,
        [property: JsonPropertyName("maximum_step_seconds")] double? MaximumStepSeconds = null,
        [property: JsonPropertyName("minimum_requests")] int? MinimumRequests = null,
        [property: JsonPropertyName("shadow")] bool? Shadow = null,
        [property: JsonPropertyName("promote_by_hand")] bool? PromoteByHand = null
    );

    /// <param name="Reason">Why; stays with the rollout and goes into its event.</param>
    internal sealed record RolloutEnd([property: JsonPropertyName("reason"), JsonRequired] string Reason);

    /// <summary>
    /// State is pending, shadow, canary, promoted, rolledBack or superseded; steps count from 0, -1 before the first; the share is 0 to 1. A first deployment has
    /// no baseline. Evidence is the digest of the last verdict.
    /// </summary>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record RolloutMessage(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("model")] string Model,
        [property: JsonPropertyName("alias")] string Alias,
        [property: JsonPropertyName("candidate")] int Candidate,
        [property: JsonPropertyName("state")] string State,
        [property: JsonPropertyName("is_open")] bool IsOpen,
        [property: JsonPropertyName("step")] int Step,
        [property: JsonPropertyName("share")] double Share,
        [property: JsonPropertyName("reason")] string Reason,
        [property: JsonPropertyName("started_at")] DateTimeOffset StartedAt,
        [property: JsonPropertyName("step_at")] DateTimeOffset StepAt,
        [property: JsonPropertyName("steps")] IReadOnlyList<double> Steps,
        [property: JsonPropertyName("hold_seconds")] double HoldSeconds,
        [property: JsonPropertyName("maximum_step_seconds")] double MaximumStepSeconds,
        [property: JsonPropertyName("minimum_requests")] int MinimumRequests,
        [property: JsonPropertyName("shadow")] bool Shadow,
        [property: JsonPropertyName("promote_by_hand")] bool PromoteByHand,
        [property: JsonPropertyName("baseline")] int? Baseline = null,
        [property: JsonPropertyName("traffic_at")] DateTimeOffset? TrafficAt = null,
        [property: JsonPropertyName("ended_at")] DateTimeOffset? EndedAt = null,
        [property: JsonPropertyName("evidence")] string? Evidence = null
    );

    internal sealed record RolloutAnswer([property: JsonPropertyName("rollout")] RolloutMessage Rollout);

    /// <param name="Verdict">pass, fail or inconclusive.</param>
    /// <param name="Reason">One sentence.</param>
    /// <param name="At">When it was judged.</param>
    /// <param name="Measures">What it rests on.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record EvidenceMessage(
        [property: JsonPropertyName("verdict")] string Verdict,
        [property: JsonPropertyName("reason")] string Reason,
        [property: JsonPropertyName("at")] DateTimeOffset At,
        [property: JsonPropertyName("measures")] IReadOnlyList<MeasureMessage> Measures
    );

    /// <param name="Metric">requests, errorRate, runTimeP95 (in milliseconds), and what monitoring has measured.</param>
    /// <param name="Count">The requests, or rows, of the candidate.</param>
    /// <param name="Candidate">The candidate's value.</param>
    /// <param name="Baseline">The champion's value.</param>
    /// <param name="Estimate">The difference, positive when the candidate is better; or a distance.</param>
    /// <param name="Low">The lower end of its interval.</param>
    /// <param name="High">The upper end.</param>
    /// <param name="Level">The confidence level, 0 to 1.</param>
    /// <param name="Threshold">What it is held against.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record MeasureMessage(
        [property: JsonPropertyName("metric")] string Metric,
        [property: JsonPropertyName("count")] long Count,
        [property: JsonPropertyName("candidate")] double? Candidate = null,
        [property: JsonPropertyName("baseline")] double? Baseline = null,
        [property: JsonPropertyName("estimate")] double? Estimate = null,
        [property: JsonPropertyName("low")] double? Low = null,
        [property: JsonPropertyName("high")] double? High = null,
        [property: JsonPropertyName("level")] double? Level = null,
        [property: JsonPropertyName("threshold")] double? Threshold = null
    );

    internal sealed record EvidenceAnswer([property: JsonPropertyName("evidence")] EvidenceMessage Evidence);

    internal sealed record RolloutList([property: JsonPropertyName("rollouts")] IReadOnlyList<RolloutMessage> Rollouts);

    /// <param name="Reference">What predictors and requests name: name@alias or name@vN.</param>
    /// <param name="Share">The candidate's share of the requests, 0 to 1.</param>
    /// <param name="Version">The version that answers; absent when none could be loaded.</param>
    /// <param name="Candidate">The version of a rollout that gets a share or copies of the requests; absent without one.</param>
    /// <param name="Error">Why the last load failed; absent when it did not.</param>
    [JsonNumberHandling(JsonNumberHandling.Strict)]
    internal sealed record ServedReference(
        [property: JsonPropertyName("reference")] string Reference,
        [property: JsonPropertyName("share")] double Share,
        [property: JsonPropertyName("version")] int? Version = null,
        [property: JsonPropertyName("candidate")] int? Candidate = null,
        [property: JsonPropertyName("error")] string? Error = null
    );

    internal sealed record ServedList([property: JsonPropertyName("models")] IReadOnlyList<ServedReference> Models);

    internal sealed record ServingError(
        [property: JsonPropertyName("error_code")] string ErrorCode,
        [property: JsonPropertyName("message")] string Message
    );
}
