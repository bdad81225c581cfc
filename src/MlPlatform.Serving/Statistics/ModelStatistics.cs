using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>What a version has done in this process since it was loaded.</summary>
/// <param name="Version">Which version.</param>
/// <param name="LastPrediction">When it answered last, by platform time; null if it has not yet.</param>
/// <param name="Rows">The rows that it has answered.</param>
/// <param name="Success">Requests that were answered: all that follows, together.</param>
/// <param name="Failure">Requests that the model failed on, and how long that took.</param>
/// <param name="Queue">How long answered requests have waited for the model.</param>
/// <param name="Input">How long it took to bring values to the model; timed for requests by tensors.</param>
/// <param name="Infer">How long the model ran; a run that requests shared counts whole for each.</param>
/// <param name="Output">How long it took to take answers from the model; timed for requests by tensors.</param>
/// <param name="Runs">The runs of the model by their number of rows, in its order.</param>
public sealed record ModelStatistics(
    ModelVersionId Version,
    DateTimeOffset? LastPrediction,
    long Rows,
    TimeStatistics Success,
    TimeStatistics Failure,
    TimeStatistics Queue,
    TimeStatistics Input,
    TimeStatistics Infer,
    TimeStatistics Output,
    IReadOnlyList<RunStatistics> Runs
)
{
    /// <summary>The requests that wait for the model at this moment.</summary>
    public int Pending { get; init; }
}
