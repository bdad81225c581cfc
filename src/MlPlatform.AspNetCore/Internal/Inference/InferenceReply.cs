using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes the answer to a request for inference.</summary>
internal static class InferenceReply
{
    private const int Much = 64 << 10;

    /// <exception cref="MlflowException">An output has no form in what was asked for; nothing was written.</exception>
    public static async ValueTask WriteAsync(
        HttpResponse response,
        InferenceRequest request,
        Prediction<IReadOnlyList<NamedTensor>> prediction,
        InferenceMemory memory,
        CancellationToken cancellationToken
    )
    {
        var binaryBytes = CheckOutputs(request, prediction.Value);
        var id = prediction.PredictionId.ToString();
        response.Headers[InferenceHeaders.PredictionId] = id;
        response.Headers[InferenceHeaders.Route] = NameOf(prediction.Route);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.ContentType = binaryBytes is null ? "application/json" : "application/octet-stream";
        await WriteJsonAsync(response, request, prediction, id, memory, binaryBytes is null, cancellationToken).ConfigureAwait(false);
        if (binaryBytes is { } bytes)
        {
            response.Headers[InferenceHeaders.JsonLength] = memory.Answer.WrittenCount.ToString(CultureInfo.InvariantCulture);
            response.ContentLength = memory.Answer.WrittenCount + bytes;
            foreach (var output in prediction.Value)
            {
                if (request.IsBinary(output.Name))
                {
                    await BinaryTensorOutput
                        .WriteAsync(response.BodyWriter, memory.Answer, output, cancellationToken)
                        .ConfigureAwait(false);
                }
            }
        }
        else if (!response.HasStarted)
        {
            response.ContentLength = memory.Answer.WrittenCount;
        }

        await response.BodyWriter.WriteAsync(memory.Answer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The bytes of the outputs that are binary; null when all are JSON, which must be able to hold them.</returns>
    private static long? CheckOutputs(InferenceRequest request, IReadOnlyList<NamedTensor> outputs)
    {
        long? bytes = null;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (request.IsBinary(outputs[i].Name))
            {
                bytes = (bytes ?? 0) + BinaryTensorOutput.SizeOf(outputs[i]);
            }
            else
            {
                JsonTensorOutput.Check(outputs[i]);
            }
        }

        return bytes;
    }

    /// <summary>Writes the JSON into memory, and what is much of it to the caller when nothing has to be known of it before.</summary>
    private static async ValueTask WriteJsonAsync(
        HttpResponse response,
        InferenceRequest request,
        Prediction<IReadOnlyList<NamedTensor>> prediction,
        string id,
        InferenceMemory memory,
        bool mayFlush,
        CancellationToken cancellationToken
    )
    {
        var writer = memory.Writer;
        writer.WriteStartObject();
        WriteHead(writer, request, prediction, id);
        writer.WriteStartArray("outputs");
        for (var i = 0; i < prediction.Value.Count; i++)
        {
            var output = prediction.Value[i];
            WriteDescription(writer, output);
            if (request.IsBinary(output.Name))
            {
                writer.WriteStartObject("parameters");
                writer.WriteNumber("binary_data_size", BinaryTensorOutput.SizeOf(output));
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteStartArray("data");
                for (var done = 0; done < output.Count; done += JsonTensorOutput.Part)
                {
                    JsonTensorOutput.WritePart(writer, output, done);
                    if (mayFlush && writer.BytesPending + memory.Answer.WrittenCount > Much)
                    {
                        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                        await response.BodyWriter.WriteAsync(memory.Answer.WrittenMemory, cancellationToken).ConfigureAwait(false);
                        memory.Answer.ResetWrittenCount();
                    }
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void WriteHead(
        Utf8JsonWriter writer,
        InferenceRequest request,
        in Prediction<IReadOnlyList<NamedTensor>> prediction,
        string id
    )
    {
        writer.WriteString("model_name", prediction.ModelVersion.Name);
        writer.WriteString("model_version", prediction.ModelVersion.Version.ToString(CultureInfo.InvariantCulture));
        if (request.Id is { } given)
        {
            writer.WriteString("id", given);
        }

        writer.WriteStartObject("parameters");
        writer.WriteString("route", NameOf(prediction.Route));
        writer.WriteString("prediction_id", id);
        writer.WriteEndObject();
    }

    private static void WriteDescription(Utf8JsonWriter writer, NamedTensor output)
    {
        writer.WriteStartObject();
        writer.WriteString("name", output.Name);
        writer.WriteStartArray("shape");
        for (var i = 0; i < output.Shape.Count; i++)
        {
            writer.WriteNumberValue(output.Shape[i]);
        }

        writer.WriteEndArray();
        writer.WriteString("datatype", Datatypes.NameOf(output.Type));
    }

    public static string NameOf(PredictionRoute route) =>
        route switch
        {
            PredictionRoute.Canary => "canary",
            PredictionRoute.Shadow => "shadow",
            _ => "primary",
        };
}
