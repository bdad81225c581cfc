using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A loaded version as its tensors see it.</summary>
/// <param name="Version">Which version answers.</param>
/// <param name="Runtime">What runs it, one of the kinds of <see cref="ModelRuntime"/>.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
public sealed record TensorModel(
    ModelVersionId Version,
    string Runtime,
    IReadOnlyList<TensorInfo> Inputs,
    IReadOnlyList<TensorInfo> Outputs
)
{
    /// <summary>
    /// The versions that can be asked for by number, in order: of a folder all that are in it, of the model source those that are loaded, to which any other of
    /// its versions is added when it is asked for.
    /// </summary>
    public IReadOnlyList<int> Versions { get; init; } = [Version.Version];
}
