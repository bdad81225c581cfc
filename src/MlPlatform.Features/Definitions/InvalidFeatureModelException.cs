using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>The declared features contradict themselves or what was applied before. All findings are listed at once.</summary>
/// <param name="findings">What is wrong, each with where and what to do.</param>
public sealed class InvalidFeatureModelException(IReadOnlyList<string> findings)
    : MlPlatformException(
        $"The feature definitions have {findings.Count} findings:{Environment.NewLine}- {string.Join(Environment.NewLine + "- ", findings)}"
    )
{
    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Findings { get; } = findings;
}
