using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Shapes of a request, within limits before anything is allocated by them.</summary>
internal static class TensorShape
{
    public const int MaximumRank = 16;

    /// <summary>Reads an array of dimensions, the reader standing at its start.</summary>
    public static long[] Read(ref Utf8JsonReader reader, object owner)
    {
        InferenceJson.Expect(ref reader, JsonTokenType.StartArray, "shape", owner);
        Span<long> dimensions = stackalloc long[MaximumRank];
        var rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == MaximumRank)
            {
                throw MlflowException.InvalidParameter($"{owner}: the shape has more than {MaximumRank} dimensions.");
            }

            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var dimension) || dimension < 0)
            {
                throw MlflowException.InvalidParameter($"{owner}: dimension {rank} of the shape is not a whole number from 0.");
            }

            dimensions[rank++] = dimension;
        }

        return dimensions[..rank].ToArray();
    }

    /// <summary>Copies dimensions that came as numbers.</summary>
    public static long[] Check(IReadOnlyList<long> dimensions, object owner)
    {
        if (dimensions.Count > MaximumRank)
        {
            throw MlflowException.InvalidParameter($"{owner}: the shape has more than {MaximumRank} dimensions.");
        }

        for (var i = 0; i < dimensions.Count; i++)
        {
            if (dimensions[i] < 0)
            {
                throw MlflowException.InvalidParameter($"{owner}: dimension {i} of the shape is not a whole number from 0.");
            }
        }

        return [.. dimensions];
    }

    /// <summary>How many elements a shape has. An empty dimension does not excuse the size of the others.</summary>
    public static int CountOf(long[] shape, DataType type, int maximumBytes, object owner)
    {
        var size = Math.Max(NamedTensor.SizeOf(type), 1);
        var (count, extent) = (1L, 1L);
        foreach (var dimension in shape)
        {
            if (dimension > maximumBytes / size / extent)
            {
                throw MlflowException.InvalidParameter(
                    $"{owner}: shape [{string.Join(',', shape)}] of {Datatypes.NameOf(type)} is larger than a request may be ({maximumBytes} bytes)."
                );
            }

            extent *= Math.Max(dimension, 1);
            count *= dimension;
        }

        return (int)count;
    }
}
