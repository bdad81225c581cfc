using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>A given key, request value or column does not fit what a service or a source declares.</summary>
/// <param name="where">The service or source.</param>
/// <param name="column">The name of the value.</param>
/// <param name="problem">What does not fit.</param>
public sealed class FeatureInputException(string where, string column, string problem)
    : MlPlatformException($"{where}: '{column}' {problem}.")
{
    /// <summary>The name of the value.</summary>
    public string Column { get; } = column;
}
