using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A node whose members are known and fit together: what it takes and gives, under the names that it has outside.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Pinned">The node with versions and digests.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="Make">Makes what runs it, from the runners of the members.</param>
internal sealed record CompositionPlan(
    string Path,
    ModelNode Pinned,
    IReadOnlyList<DataColumn> Inputs,
    IReadOnlyList<DataColumn> Outputs,
    Func<IReadOnlyDictionary<ArtifactDigest, IModelRunner>, IModelRunner> Make
);
