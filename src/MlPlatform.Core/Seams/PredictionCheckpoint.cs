namespace MlPlatform.Core;

/// <summary>Where a replay stands, committed together with the predictions before it.</summary>
/// <param name="Name">The replay.</param>
/// <param name="State">Its own text.</param>
public sealed record PredictionCheckpoint(string Name, string State);
