using Microsoft.ML;
using MlPlatform.Core;

namespace FlightDelay;

/// <summary>A trained model on its way to the registry.</summary>
internal sealed record Candidate(RunId Run, ITransformer Model, DataViewSchema Schema, double Auc);
