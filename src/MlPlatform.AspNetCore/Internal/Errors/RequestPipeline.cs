using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What surrounds the handler of every route: the guard before it, and an answer for whatever it throws.</summary>
internal sealed class RequestPipeline(RequestGuard guard, RequestDrain drain, ILogger<RequestPipeline> logger)
{
    public async Task RunAsync(HttpContext context, RequestDelegate handler)
    {
        var access = context.GetEndpoint()?.Metadata.GetMetadata<EndpointAccess>()?.Level;
        var isIn = false;
        try
        {
            if (access != Access.Application)
            {
                guard.Check(context);
            }

            // Probes are answered to the end.
            isIn = access != Access.Probe && (drain.TryEnter() ? true : throw Closing(context));
            if (drain.IsStopping)
            {
                EndConnection(context);
            }

            await handler(context).ConfigureAwait(false);
        }
        catch (Exception e) when (!IsTimedOut(context, e))
        {
            await AnswerAsync(context, e).ConfigureAwait(false);
        }
        finally
        {
            if (isIn)
            {
                drain.Leave();
            }
        }
    }

    /// <summary>The host's own time-out of a request looks like a caller that has gone; its middleware wants to answer.</summary>
    private static bool IsTimedOut(HttpContext context, Exception exception) =>
        exception is OperationCanceledException
        && context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true };

    private static MlflowException Closing(HttpContext context) =>
        RequestDrain.Refuse("nothing of this request was done", HttpProtocol.IsHttp11(context.Request.Protocol));

    /// <summary>Lets whoever keeps a connection find another server with the next request, rather than lose it with the connection.</summary>
    private static void EndConnection(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.OnStarting(
                static response =>
                {
                    ((HttpResponse)response).Headers.Connection = "close";
                    return Task.CompletedTask;
                },
                context.Response
            );
        }
        else
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        var isGone = context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException;
        if (isGone && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? string.Empty;
        if (context.Response.HasStarted)
        {
            // The status is out; a connection that breaks off is the only way left to say that the body is not whole.
            if (!isGone)
            {
                Log.BrokenOff(logger, context.Request.Method, route, exception);
            }

            context.Abort();
            return;
        }

        if (exception is IOException { InnerException: OverflowException }) // Kestrel's word for the size of a chunk beyond its numbers.
        {
            exception = new BadHttpRequestException(exception.Message, exception);
        }

        var error = ErrorStyle.Of(context).From(exception);
        if (error.Status >= StatusCodes.Status500InternalServerError && exception is not MlflowException && !error.IsExpected)
        {
            Log.Failed(logger, context.Request.Method, route, error.Status, exception);
        }
        else if (error.Status == StatusCodes.Status403Forbidden)
        {
            Log.Refused(logger, context.Request.Method, route, error.Message);
        }

        await ErrorReply.WriteAsync(context.Response, error).ConfigureAwait(false);
    }
}
