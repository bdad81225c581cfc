using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>An input whose members are coming in, in any order.</summary>
internal sealed class TensorDraft(int index)
{
    public string? Name { get; set; }

    public DataType? Type { get; set; }

    public long[]? Shape { get; set; }

    public InferenceParameters? Parameters { get; set; }

    /// <summary>Where data lies that came before what it takes to read it.</summary>
    public Range? Data { get; set; }

    public NamedTensor? Tensor { get; set; }

    public void Clear() => (Name, Type, Shape, Parameters, Data, Tensor) = (null, null, null, null, null, null);

    /// <summary>How refusals call it.</summary>
    public override string ToString() => Name is null ? $"Input {index}" : $"Input '{Name}'";
}
