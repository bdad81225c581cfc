namespace MlPlatform.Core;

/// <summary>A file, folder or server of the platform cannot be used: no permission, no space, damaged, not reached. Nothing of the failed operation was stored.</summary>
public sealed class StorageUnavailableException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="path">The file, folder or address of the server.</param>
    /// <param name="reason">What is wrong and what to do, a sentence without its full stop.</param>
    /// <param name="innerException">What the operating system or the driver said.</param>
    public StorageUnavailableException(string path, string reason, Exception innerException)
        : base($"'{path}' cannot be used: {reason}.", innerException) => Path = path;

    /// <summary>The file, folder or address of the server.</summary>
    public string Path { get; }
}
