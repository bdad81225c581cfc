using Google.Protobuf;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads a request for inference, checked as far as the protocol goes.</summary>
internal static class GrpcRequestReader
{
    /// <exception cref="MlflowException">The request is malformed.</exception>
    public static InferenceRequest Read(ModelInferRequest message, int maximumBytes)
    {
        InferenceLimits.RefuseMany(message.Inputs.Count, "inputs");
        InferenceLimits.RefuseMany(message.Outputs.Count, "outputs");
        InferenceLimits.RefuseTwins(message.Inputs.Select(i => i.Name), "Input");
        InferenceLimits.RefuseTwins(message.Outputs.Select(o => o.Name), "Output");
        var isRaw = message.RawInputContents.Count > 0;
        if (isRaw && message.RawInputContents.Count != message.Inputs.Count)
        {
            throw MlflowException.InvalidParameter(
                $"There are {message.RawInputContents.Count} raw_input_contents for {message.Inputs.Count} inputs."
            );
        }

        var inputs = new NamedTensor[message.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Read(message.Inputs[i], i, isRaw ? message.RawInputContents[i] : null, maximumBytes);
        }

        foreach (var output in message.Outputs)
        {
            GrpcParameters.RefuseExtensions(output.Parameters, $"Output '{output.Name}'");
        }

        return new()
        {
            Id = message.Id,
            Timeout = GrpcParameters.TimeoutOf(message.Parameters),
            Priority = GrpcParameters.PriorityOf(message.Parameters),
            BinaryOutput = isRaw,
            Inputs = inputs,
            Outputs = [.. message.Outputs.Select(o => new RequestedOutput(o.Name, null))],
        };
    }

    private static NamedTensor Read(ModelInferRequest.Types.InferInputTensor input, int index, ByteString? raw, int maximumBytes)
    {
        var owner = input.Name.Length == 0 ? $"Input {index}" : $"Input '{input.Name}'";
        if (input.Name.Length == 0)
        {
            throw MlflowException.InvalidParameter($"{owner} has no 'name'.");
        }

        GrpcParameters.RefuseExtensions(input.Parameters, owner);
        var type = Datatypes.Parse(input.Datatype, owner);
        var shape = TensorShape.Check(input.Shape, owner);
        var count = TensorShape.CountOf(shape, type, maximumBytes, owner);
        if (raw is null)
        {
            return GrpcTensorData.Read(input.Name, type, shape, count, input.Contents, owner);
        }

        return input.Contents is { } contents && contents.CalculateSize() > 0
            ? throw MlflowException.InvalidParameter($"{owner} has 'contents' as well as 'raw_input_contents'.")
            : BinaryTensorData.Read(input.Name, type, shape, count, raw.Memory, owner);
    }
}
