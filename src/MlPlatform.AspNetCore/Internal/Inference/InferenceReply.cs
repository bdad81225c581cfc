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
        var isBinary = CheckOutputs(request, prediction.Value);
        var id = prediction.PredictionId.ToString();
        response.Headers[InferenceHeaders.PredictionId] = id;
        response.Headers[InferenceHeaders.Route] = NameOf(prediction.Route);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.ContentType = isBinary ? "application/octet-stream" : "application/json";
        var binaryBytes = await WriteJsonAsync(response, request, prediction, id, memory, !isBinary, cancellationToken)
            .ConfigureAwait(false);
        if (isBinary)
        {
            response.Headers[InferenceHeaders.JsonLength] = memory.Answer.WrittenCount.ToString(CultureInfo.InvariantCulture);
            response.ContentLength = memory.Answer.WrittenCount + binaryBytes;
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

    /// <summary>Refuses an output that is to be JSON and cannot be.</summary>
    /// <returns>Whether one is binary.</returns>
    private static bool CheckOutputs(InferenceRequest request, IReadOnlyList<NamedTensor> outputs)
    {
        var isBinary = false;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (request.IsBinary(outputs[i].Name))
            {
                isBinary = true;
            }
            else
            {
                JsonTensorOutput.Check(outputs[i]);
            }
        }

        return isBinary;
    }

    /// <summary>Writes the JSON into memory, and what is much of it to the caller when nothing has to be known of it before.</summary>
    /// <returns>The bytes of the outputs that are binary, which are to follow.</returns>
    private static async ValueTask<long> WriteJsonAsync(
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
        var binaryBytes = 0L;
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
                var size = BinaryTensorOutput.SizeOf(output);
                binaryBytes += size;
                writer.WriteNumber("binary_data_size", size);
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
        return binaryBytes;
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
            PredictionRoute.Targeted => "targeted",
            _ => "primary",
        };
}
