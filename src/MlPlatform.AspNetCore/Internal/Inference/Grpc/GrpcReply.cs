using System.Buffers;
using System.Globalization;
using Google.Protobuf;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Makes the answer to a request for inference.</summary>
internal static class GrpcReply
{
    /// <summary>Raw when the request was raw, and when an output has no other form: the two do not mix.</summary>
    public static ModelInferResponse Of(ModelInferRequest request, in Prediction<IReadOnlyList<NamedTensor>> prediction)
    {
        var result = new ModelInferResponse
        {
            ModelName = prediction.ModelVersion.Name,
            ModelVersion = prediction.ModelVersion.Version.ToString(CultureInfo.InvariantCulture),
            Id = request.Id,
            Parameters =
            {
                ["route"] = new() { StringParam = InferenceReply.NameOf(prediction.Route) },
                ["prediction_id"] = new() { StringParam = prediction.PredictionId.ToString() },
            },
        };
        var isRaw = request.RawInputContents.Count > 0 || prediction.Value.Any(o => !GrpcTensorData.Holds(o.Type));
        foreach (var output in prediction.Value)
        {
            var described = new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Name,
                Datatype = Datatypes.NameOf(output.Type),
                Shape = { output.Shape },
            };
            if (isRaw)
            {
                result.RawOutputContents.Add(BytesOf(output));
            }
            else
            {
                described.Contents = GrpcTensorData.Write(output);
            }

            result.Outputs.Add(described);
        }

        return result;
    }

    // Not copied: an answer's tensors have memory of their own, which nobody writes any more.
    private static ByteString BytesOf(NamedTensor output)
    {
        if (output.Type != Core.DataType.String)
        {
            return UnsafeByteOperations.UnsafeWrap(output.Data);
        }

        var buffer = new ArrayBufferWriter<byte>((int)Math.Max(BinaryTensorOutput.SizeOf(output), 1));
        foreach (var text in output.Texts)
        {
            BinaryTensorOutput.Write(buffer, text ?? string.Empty); // The protocol has no null.
        }

        return UnsafeByteOperations.UnsafeWrap(buffer.WrittenMemory);
    }
}
