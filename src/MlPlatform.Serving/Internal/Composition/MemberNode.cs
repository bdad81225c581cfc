using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A version of another model.</summary>
internal sealed class MemberNode(
    ModelReference reference,
    ArtifactDigest? digest,
    IReadOnlyDictionary<string, string> inputNames,
    IReadOnlyDictionary<string, string> outputNames
) : ModelNode
{
    public ModelReference Reference { get; } = reference;

    /// <summary>What its package must be; null until it is pinned.</summary>
    public ArtifactDigest? Digest { get; } = digest;

    /// <summary>The member's names to those outside, where they differ.</summary>
    public IReadOnlyDictionary<string, string> InputNames { get; } = inputNames;

    public IReadOnlyDictionary<string, string> OutputNames { get; } = outputNames;
}
