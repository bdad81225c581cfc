namespace MlPlatform.Core.Internal;

/// <summary>Stops the background work before what it stands on is disposed.</summary>
/// <remarks>A container disposes in reverse order of creation, and this is created last, when everything has started.</remarks>
internal sealed class PlatformStopper(PlatformLifetime lifetime) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await lifetime.StopAsync().ConfigureAwait(false);
}
