namespace MlPlatform.Serving;

/// <summary>What a model is asked: its inputs, of one or many rows.</summary>
/// <param name="Inputs">A tensor for each input of the model.</param>
public sealed record TensorRequest(IReadOnlyList<NamedTensor> Inputs)
{
    /// <summary>The outputs that are wanted, by name; empty for all.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];
}
