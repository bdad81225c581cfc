using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>How a family of routes tells of errors. In the metadata of each endpoint, so that whatever refuses a request finds it.</summary>
internal abstract class ErrorStyle
{
    public static ErrorStyle Of(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ErrorStyle>() ?? MlflowErrorStyle.Instance;

    public abstract MlflowError From(Exception exception);

    public abstract Task WriteAsync(HttpResponse response, MlflowError error);
}
