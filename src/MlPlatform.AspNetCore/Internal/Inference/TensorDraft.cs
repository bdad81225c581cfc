using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>An input whose members are coming in, in any order.</summary>
internal sealed class TensorDraft(int index)
{
    private string? owner;

    public string? Name
    {
        get;
        set => (field, owner) = (value, null);
    }

    public DataType? Type { get; set; }

    public long[]? Shape { get; set; }

    public InferenceParameters? Parameters { get; set; }

    /// <summary>Where data lies that came before what it takes to read it.</summary>
    public Range? Data { get; set; }

    public NamedTensor? Tensor { get; set; }

    /// <summary>Whose a mistake is.</summary>
    public string Owner => owner ??= Name is null ? $"Input {index}" : $"Input '{Name}'";
}
