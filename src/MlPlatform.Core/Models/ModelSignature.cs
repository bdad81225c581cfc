namespace MlPlatform.Core;

/// <summary>A model's inputs and outputs.</summary>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
public sealed record ModelSignature(IReadOnlyList<DataColumn> Inputs, IReadOnlyList<DataColumn> Outputs)
{
    /// <inheritdoc/>
    public bool Equals(ModelSignature? other) =>
        other is not null && Inputs.SequenceEqual(other.Inputs) && Outputs.SequenceEqual(other.Outputs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Inputs.Count, Outputs.Count);
}
