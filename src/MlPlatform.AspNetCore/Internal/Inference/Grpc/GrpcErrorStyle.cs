using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Refusals before a call begins: headers alone, with the status of gRPC.</summary>
internal sealed class GrpcErrorStyle : ErrorStyle
{
    private GrpcErrorStyle() { }

    public static GrpcErrorStyle Instance { get; } = new();

    public override MlflowError From(Exception exception) => InferenceErrorStyle.Instance.From(exception);

    public override Task WriteAsync(HttpResponse response, MlflowError error)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers.GrpcStatus = ((int)GrpcStatus.CodeOf(error.Status)).ToString(CultureInfo.InvariantCulture);
        response.Headers.GrpcMessage = Uri.EscapeDataString(error.Message);
        return Task.CompletedTask; // Not started here: the headers are to end the stream, which they do when nothing comes after them.
    }
}
