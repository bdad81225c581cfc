using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A prediction and where it came from.</summary>
/// <typeparam name="TOut">The answer's type.</typeparam>
/// <param name="Value">The answer.</param>
/// <param name="ModelVersion">The version that gave it.</param>
/// <param name="PredictionId">What a later label refers to.</param>
/// <param name="Route">Which way the request went.</param>
public readonly record struct Prediction<TOut>(TOut Value, ModelVersionId ModelVersion, PredictionId PredictionId, PredictionRoute Route);
