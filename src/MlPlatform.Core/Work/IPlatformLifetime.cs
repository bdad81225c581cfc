namespace MlPlatform.Core;

/// <summary>Starts and stops the platform's background work. A host calls it by itself; without a host, the root object does.</summary>
/// <remarks>Thread-safe; starting twice starts once. A platform that was stopped is not started again.</remarks>
public interface IPlatformLifetime
{
    /// <summary>Validates options, runs migrations and starts every <see cref="IPlatformService"/>; when one fails, those before it are stopped.</summary>
    /// <exception cref="InvalidOperationException">The platform was stopped, or an earlier start failed half-way.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Flushes and stops what was started.</summary>
    /// <exception cref="MlPlatformException">A part could not be flushed or stopped; the others were all the same.</exception>
    Task StopAsync(CancellationToken cancellationToken = default);
}
