using MlPlatform.Core;

namespace FlightDelay;

/// <summary>A trained grid point: its run, its AUC on the choosing rows, and the package of its model.</summary>
internal sealed record Fitted(RunId Run, double Auc, ArtifactDigest Package);
