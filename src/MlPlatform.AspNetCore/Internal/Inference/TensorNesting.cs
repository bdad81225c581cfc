using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Follows the elements of a tensor through arrays in arrays: all lie in one, or the arrays are as the shape says.</summary>
/// <remarks>Only where an array begins or ends is anything compared, so that an element costs nothing.</remarks>
/// <param name="shape">The dimensions.</param>
/// <param name="owner">Whose data it is, for refusals.</param>
internal struct TensorNesting(long[] shape, object owner)
{
    private Counts begun; // How many arrays, by their depth, of which the outermost is 1.
    private int depth = 1;

    /// <summary>Moves to the next element, whatever array it lies in; false at the end of the outermost.</summary>
    /// <param name="reader">The JSON.</param>
    /// <param name="index">How many elements were before.</param>
    public bool Next(ref Utf8JsonReader reader, int index)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                Begin(index);
            }
            else if (reader.TokenType != JsonTokenType.EndArray)
            {
                return true;
            }
            else if (End(index))
            {
                return false;
            }
        }

        return false;
    }

    private void Begin(int index)
    {
        depth++;
        if (depth > shape.Length || index != begun[depth] * ElementsAt(depth))
        {
            throw Unlike(index);
        }

        begun[depth]++;
    }

    /// <returns>Whether it was the outermost.</returns>
    private bool End(int index)
    {
        var isOutermost = depth == 1;
        var isFlat = isOutermost && (shape.Length < 2 || begun[2] == 0);
        if (!isFlat)
        {
            var arrays = isOutermost ? 1 : begun[depth];
            var isWhole = index == arrays * ElementsAt(depth);
            if (!isWhole || (depth < shape.Length && begun[depth + 1] != arrays * shape[depth - 1]))
            {
                throw Unlike(index);
            }
        }

        depth--;
        return isOutermost;
    }

    /// <summary>How many elements an array of a depth has.</summary>
    private readonly long ElementsAt(int depth)
    {
        var count = 1L;
        foreach (var dimension in shape.AsSpan(depth - 1))
        {
            count *= dimension;
        }

        return count;
    }

    private readonly MlflowException Unlike(int index) =>
        MlflowException.InvalidParameter(
            $"{owner}: 'data' is nested otherwise than its shape [{string.Join(',', shape)}] says, from element {index} at depth {depth} on."
        );

    [InlineArray(TensorShape.MaximumRank + 1)]
    private struct Counts
    {
        private long first;
    }
}
