namespace MlPlatform.Core;

/// <summary>Judges whether a new version has behaved acceptably so far. Given by Monitoring, asked by Serving.</summary>
public interface IRolloutEvidence
{
    /// <summary>Compares a candidate with its baseline on the traffic since a time.</summary>
    Task<GateResult> GetAsync(
        string model,
        int candidate,
        int baseline,
        DateTimeOffset since,
        CancellationToken cancellationToken = default
    );
}
