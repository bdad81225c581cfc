namespace MlPlatform.Registry;

/// <summary>What lies directly in a folder: a file, or another folder.</summary>
/// <param name="Name">The last segment of its path.</param>
/// <param name="File">The file; null for a folder.</param>
public sealed record ArtifactEntry(string Name, ArtifactFile? File)
{
    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => File is null;
}
