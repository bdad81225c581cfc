using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>One tensor of a runtime: a column of its own, or several scalar columns packed side by side.</summary>
/// <param name="Name">The runtime's name for it.</param>
/// <param name="Type">The element type.</param>
/// <param name="Elements">Elements per row; 0 where they differ from request to request.</param>
/// <param name="Dimensions">The runtime's shape; -1 where the number of rows goes, and where a dimension is variable.</param>
internal sealed record TensorSlot(string Name, DataType Type, int Elements, long[] Dimensions)
{
    /// <summary>The model's names for its dimensions, of which equal ones have the same size in a request; empty where it has none.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>Whether a dimension other than the first is variable.</summary>
    public bool IsVariable => Elements == 0;

    /// <summary>The names of dimensions other than the first that are variable.</summary>
    public IEnumerable<string> OpenSymbols =>
        Dimensions.Index().Skip(1).Where(d => d.Item < 0).Select(d => d.Index < Symbols.Count ? Symbols[d.Index] : string.Empty);

    /// <summary>How many dimensions other than the first are variable.</summary>
    public int OpenDimensions => Dimensions.Skip(1).Count(d => d < 0);

    /// <summary>The shape when a row has so many elements and one dimension other than the first is variable.</summary>
    /// <exception cref="PredictionInputException">There is no such shape.</exception>
    public long[] ShapeOf(int elements)
    {
        var shape = (long[])Dimensions.Clone();
        var known = shape.Skip(1).Where(d => d >= 0).Aggregate(1L, (a, b) => a * b);
        var open = Array.FindIndex(shape, 1, d => d < 0);
        if (elements % known != 0)
        {
            throw new PredictionInputException($"Input '{Name}' takes a multiple of {known} elements; {elements} were given.");
        }

        shape[open] = elements / known;
        return shape;
    }
}
