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
);
