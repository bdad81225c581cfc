using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>A pushed row was refused, and with it the whole push: nothing was stored.</summary>
/// <param name="source">The source.</param>
/// <param name="row">The row's position in the push, from zero.</param>
/// <param name="problem">What is wrong.</param>
public sealed class InvalidFeatureRowException(string source, int row, string problem)
    : MlPlatformException(FormattableString.Invariant($"Source '{source}', row {row}: {problem} Nothing of the push was stored."))
{
    /// <summary>The row's position in the push.</summary>
    public int Row { get; } = row;
}
