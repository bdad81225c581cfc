using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Knows when no request is being handled.</summary>
internal sealed class RequestsInFlight
{
    private readonly Lock gate = new();
    private TaskCompletionSource idle = Completed();
    private int active;

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        lock (gate)
        {
            if (active++ == 0)
            {
                idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        try
        {
            await next(context);
        }
        finally
        {
            lock (gate)
            {
                if (--active == 0)
                {
                    idle.SetResult();
                }
            }
        }
    }

    public Task IdleAsync()
    {
        lock (gate)
        {
            return idle.Task;
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
