using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What surrounds every call: an answer for whatever it throws.</summary>
internal sealed class GrpcCalls(ILogger<GrpcCalls> logger)
{
    public async Task<T> RunAsync<T>(ServerCallContext context, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e) when (context.CancellationToken.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            throw new RpcException(new(StatusCode.Cancelled, "The caller has gone, or its deadline has passed."));
        }
        catch (Exception e)
        {
            var error = GrpcStatus.From(e);
            if (error.StatusCode is StatusCode.Internal or StatusCode.Unavailable && e is not (RpcException or MlflowException))
            {
                Log.CallFailed(logger, context.Method, error.StatusCode, e);
            }

            throw error;
        }
    }
}
