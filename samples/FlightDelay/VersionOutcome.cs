namespace FlightDelay;

/// <summary>What became of one version.</summary>
internal sealed record VersionOutcome(int Version, string Status, string Reason, double Auc, DateTimeOffset At);
