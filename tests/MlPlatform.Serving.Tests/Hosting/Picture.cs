using Microsoft.ML.Data;

namespace MlPlatform.Serving.Tests;

/// <summary>A record that would stand for a picture, if its height and width were known.</summary>
internal sealed record Picture([property: ColumnName("picture")] float[] Pixels);
