using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The delay comes on top of the time that the host gives to a shutdown, or requests in flight would have that much less.</summary>
internal sealed class ShutdownTime(IOptions<AspNetCoreOptions> web) : IPostConfigureOptions<HostOptions>
{
    public void PostConfigure(string? name, HostOptions options)
    {
        if (options.ShutdownTimeout >= TimeSpan.Zero) // Else without end.
        {
            options.ShutdownTimeout += web.Value.ShutdownDelay;
        }
    }
}
