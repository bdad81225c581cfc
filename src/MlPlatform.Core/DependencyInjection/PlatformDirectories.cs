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
    /// <exception cref="StorageUnavailableException">It cannot be made or written to.</exception>
    public string Get(string name)
    {
        var path = Path.GetFullPath(name, Root);
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            const string Hint =
                $"the folder cannot be made ({{0}}); set {MlPlatformOptions.Section}:{nameof(MlPlatformOptions.DataDirectory)} to one that this process may write to";
            throw new StorageUnavailableException(path, Hint.Replace("{0}", e.Message.TrimEnd('.'), StringComparison.Ordinal), e);
        }
    }
}
