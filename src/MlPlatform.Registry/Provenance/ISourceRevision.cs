namespace MlPlatform.Registry;

/// <summary>Says which revision of the code is running.</summary>
/// <remarks>Thread-safe. Asked once in the life of a process, when the first run starts.</remarks>
public interface ISourceRevision
{
    /// <summary>The revision; null when it cannot be known.</summary>
    SourceRevision? Find();
}
