using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What happens between the order to stop and the end of listening: not ready, then no new requests, then none at all.</summary>
/// <remarks>The host calls this before it stops anything, so that all that requests need is still there.</remarks>
internal sealed class DrainService(RequestDrain drain, Clocks clocks, IOptions<AspNetCoreOptions> options, ILogger<DrainService> logger)
    : IHostedLifecycleService
{
    /// <summary>
    /// How long connections stay open behind the last answer of a call that the caller had not ended: clients (.NET's own among them) throw answers away
    /// that they have received but not read yet when the connection ends before they have taken note that the call has.
    /// </summary>
    internal static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(500);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        drain.Announce();
        try
        {
            if (options.Value.ShutdownDelay > TimeSpan.Zero)
            {
                await Task.Delay(options.Value.ShutdownDelay, clocks.Work, cancellationToken).ConfigureAwait(false);
            }

            await drain.CloseAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (drain.HasEndedStreams)
            {
                await Task.Delay(AnswerTime, clocks.Work, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Log.StillRunning(logger, drain.Running); // The host's time is over: the server breaks them off.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
