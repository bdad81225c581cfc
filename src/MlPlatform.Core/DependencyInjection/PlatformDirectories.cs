using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core;

/// <summary>Where embedded providers keep their files. Folders are made when asked for.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class PlatformDirectories
{
    /// <summary>Resolves the data directory against the host's content root, or the working directory without a host.</summary>
    public PlatformDirectories(IOptions<MlPlatformOptions> options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        var root = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
        Root = Path.GetFullPath(options.Value.DataDirectory, root);
    }

    /// <summary>The data directory, absolute.</summary>
    public string Root { get; }

    /// <summary>A folder below the data directory, made if it is missing.</summary>
    public string Get(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
}
