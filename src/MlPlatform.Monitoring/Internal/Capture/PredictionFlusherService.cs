namespace MlPlatform.Monitoring.Internal;

/// <summary>Starts and stops the flusher with the platform; a type of its own, so that registering it twice counts once.</summary>
internal sealed class PredictionFlusherService(PredictionFlusher flusher) : IPlatformService
{
    public Task StartAsync(CancellationToken cancellationToken) => flusher.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => flusher.StopAsync(cancellationToken);
}
