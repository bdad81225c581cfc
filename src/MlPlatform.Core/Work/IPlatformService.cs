namespace MlPlatform.Core;

/// <summary>Background work of a module, started with the platform and stopped with it, with or without a host.</summary>
public interface IPlatformService
{
    /// <summary>Starts the work and returns; called once.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Flushes and stops the work; called once, in reverse order of start.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
