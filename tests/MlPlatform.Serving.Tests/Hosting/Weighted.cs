using Microsoft.ML.Data;

namespace MlPlatform.Serving.Tests;

/// <summary>The output of the model of tokens.</summary>
internal sealed record Weighted([property: ColumnName("weighted")] float[] Of, float Probability);
