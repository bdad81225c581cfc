using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes the answer to a request for inference.</summary>
internal static class InferenceReply
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="MlflowException">An output has no form in what was asked for; nothing was written.</exception>
    public static Task WriteAsync(
        HttpResponse response,
        InferenceRequest request,
        Prediction<IReadOnlyList<NamedTensor>> prediction,
        CancellationToken cancellationToken
    )
    {
        var sizes = SizesOf(request, prediction.Value);
        response.Headers[InferenceHeaders.PredictionId] = prediction.PredictionId.ToString();
        response.Headers[InferenceHeaders.Route] = NameOf(prediction.Route);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        return Array.TrueForAll(sizes, s => s < 0)
            ? WriteJsonAsync(response, request, prediction, sizes, cancellationToken)
            : WriteBinaryAsync(response, request, prediction, sizes, cancellationToken);
    }

    /// <summary>The bytes of each output that is binary, and -1 for the others, which JSON must be able to hold.</summary>
    private static long[] SizesOf(InferenceRequest request, IReadOnlyList<NamedTensor> outputs)
    {
        var sizes = new long[outputs.Count];
        for (var i = 0; i < sizes.Length; i++)
        {
            var output = outputs[i];
            if (request.IsBinary(output.Name))
            {
                sizes[i] = BinaryTensorOutput.SizeOf(output);
            }
            else
            {
                sizes[i] = -1;
                JsonTensorOutput.Check(output);
            }
        }

        return sizes;
    }

    private static async Task WriteJsonAsync(
        HttpResponse response,
        InferenceRequest request,
        Prediction<IReadOnlyList<NamedTensor>> prediction,
        long[] sizes,
        CancellationToken cancellationToken
    )
    {
        response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(response.BodyWriter, Options);
        await using (writer.ConfigureAwait(false))
        {
            await WriteAsync(writer, response.BodyWriter, request, prediction, sizes, cancellationToken).ConfigureAwait(false);
        }

        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteBinaryAsync(
        HttpResponse response,
        InferenceRequest request,
        Prediction<IReadOnlyList<NamedTensor>> prediction,
        long[] sizes,
        CancellationToken cancellationToken
    )
    {
        var json = new ArrayBufferWriter<byte>(512);
        var writer = new Utf8JsonWriter(json, Options);
        await using (writer.ConfigureAwait(false))
        {
            await WriteAsync(writer, null, request, prediction, sizes, cancellationToken).ConfigureAwait(false);
        }

        response.ContentType = "application/octet-stream";
        response.Headers[InferenceHeaders.JsonLength] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        var length = (long)json.WrittenCount;
        foreach (var size in sizes)
        {
            length += Math.Max(size, 0);
        }

        response.ContentLength = length;
        var body = response.BodyWriter;
        await body.WriteAsync(json.WrittenMemory, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] > 0)
            {
                await BinaryTensorOutput.WriteAsync(body, prediction.Value[i], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <param name="writer">Takes the JSON.</param>
    /// <param name="pipe">What is behind the writer, to be flushed now and then; null for what stays in memory.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="prediction">The answer.</param>
    /// <param name="sizes">Of each output that is binary.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    private static async Task WriteAsync(
        Utf8JsonWriter writer,
        PipeWriter? pipe,
        InferenceRequest request,
        Prediction<IReadOnlyList<NamedTensor>> prediction,
        long[] sizes,
        CancellationToken cancellationToken
    )
    {
        writer.WriteStartObject();
        WriteHead(writer, request, prediction);
        writer.WriteStartArray("outputs");
        for (var i = 0; i < sizes.Length; i++)
        {
            var output = prediction.Value[i];
            WriteDescription(writer, output);
            if (sizes[i] >= 0)
            {
                writer.WriteStartObject("parameters");
                writer.WriteNumber("binary_data_size", sizes[i]);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteStartArray("data");
                for (var done = 0; done < output.Count; done += JsonTensorOutput.Part)
                {
                    JsonTensorOutput.WritePart(writer, output, done);
                    await FlushAsync(writer, pipe, cancellationToken).ConfigureAwait(false);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter writer, InferenceRequest request, in Prediction<IReadOnlyList<NamedTensor>> prediction)
    {
        writer.WriteString("model_name", prediction.ModelVersion.Name);
        writer.WriteString("model_version", prediction.ModelVersion.Version.ToString(CultureInfo.InvariantCulture));
        if (request.Id is { } id)
        {
            writer.WriteString("id", id);
        }

        writer.WriteStartObject("parameters");
        writer.WriteString("route", NameOf(prediction.Route));
        writer.WriteString("prediction_id", prediction.PredictionId.ToString());
        writer.WriteEndObject();
    }

    private static void WriteDescription(Utf8JsonWriter writer, NamedTensor output)
    {
        writer.WriteStartObject();
        writer.WriteString("name", output.Name);
        writer.WriteStartArray("shape");
        foreach (var dimension in output.Shape)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
        writer.WriteString("datatype", Datatypes.NameOf(output.Type));
    }

    private static async ValueTask FlushAsync(Utf8JsonWriter writer, PipeWriter? pipe, CancellationToken cancellationToken)
    {
        const int Much = 64 << 10;
        if (pipe is not null && (writer.BytesPending > Much || pipe is { CanGetUnflushedBytes: true, UnflushedBytes: > Much }))
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public static string NameOf(PredictionRoute route) =>
        route switch
        {
            PredictionRoute.Canary => "canary",
            PredictionRoute.Shadow => "shadow",
            _ => "primary",
        };
}
