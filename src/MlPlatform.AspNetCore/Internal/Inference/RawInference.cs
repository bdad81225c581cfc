using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A request without JSON: the body is the one row of the model's only input.</summary>
internal static class RawInference
{
    public static InferenceRequest Read(TensorModel model, ReadOnlyMemory<byte> body, int maximumBytes)
    {
        if (model.Inputs is not [var input])
        {
            throw MlflowException.InvalidParameter(
                $"{model.Version} has {model.Inputs.Count} inputs; a request without JSON is for models that have one."
            );
        }

        var shape = ShapeOf(input, body.Length);
        var owner = $"Input '{input.Name}'";
        var count = TensorShape.CountOf(shape, input.Type, maximumBytes, owner);
        return new() { Inputs = [BinaryTensorData.Read(input.Name, input.Type, shape, count, body, owner)], BinaryOutput = true };
    }

    /// <summary>One row; of the other dimensions one may be variable, and is as large as the bytes make it.</summary>
    private static long[] ShapeOf(TensorInfo input, int length)
    {
        long[] shape = [.. input.Shape];
        if (shape is [< 0, ..])
        {
            shape[0] = 1;
        }

        var open = Array.FindIndex(shape, d => d < 0);
        if (open < 0)
        {
            return shape;
        }

        var size = NamedTensor.SizeOf(input.Type);
        if (size == 0 || Array.FindLastIndex(shape, d => d < 0) != open)
        {
            throw MlflowException.InvalidParameter(
                $"Input '{input.Name}' has a shape that a request without JSON cannot say: [{string.Join(',', input.Shape)}]."
            );
        }

        shape[open] = 1;
        var one = Math.Max(NamedTensor.CountOf(shape), 1) * size;
        shape[open] = length / one;
        return shape;
    }
}
