using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Takes traces by OTLP over HTTP, in protobuf, as MLflow's clients and every exporter of OpenTelemetry send them.</summary>
internal sealed class OtlpEndpoints(ITraces traces, IOptions<AspNetCoreOptions> options) : IPlatformEndpoints
{
    private const string Protobuf = "application/x-protobuf";
    private const string Experiment = "x-mlflow-experiment-id";

    public void Map(PlatformRoutes routes) => routes.Map([HttpMethods.Post], "/v1/traces", Access.Write, ExportAsync);

    private async Task ExportAsync(HttpContext context)
    {
        var request = context.Request;
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase)
        )
        {
            throw MlflowException.InvalidParameter($"Content-Type is '{request.ContentType}'; {Protobuf} was expected.");
        }

        if (request.Headers[Experiment] is not [{ Length: > 0 } experiment])
        {
            throw MlflowException.InvalidParameter($"The header '{Experiment}' must name the experiment that the traces belong to.");
        }

        var spans = OtlpSpans.Read(await ReadAsync(request, options.Value.MaxTraceBytes, context.RequestAborted).ConfigureAwait(false));
        if (spans.Count == 0)
        {
            throw MlflowException.InvalidParameter("The body holds no spans.");
        }

        await traces.LogSpansAsync(experiment, spans, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = Protobuf; // An empty message has no bytes.
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, int maximum, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        var inflated = encoding.ToLowerInvariant() switch
        {
            "" or "identity" => request.Body,
            "gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
            _ => throw MlflowException.InvalidParameter($"Content-Encoding is '{encoding}'; gzip or none was expected."),
        };
        var content = new ArrayBufferWriter<byte>();
        try
        {
            while (await inflated.ReadAsync(content.GetMemory(16_384), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                content.Advance(read);
                if (content.WrittenCount > maximum)
                {
                    throw MlflowException.TooLarge($"The body has more than {maximum} bytes once it is unpacked.");
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw MlflowException.InvalidParameter($"The body is not gzip: {e.Message}");
        }

        return content.WrittenSpan.ToArray();
    }
}
