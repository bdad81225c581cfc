using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A path cannot be a file and a folder at once. Nothing of the call was stored.</summary>
public sealed class ArtifactPathConflictException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="tree">Whose files.</param>
    /// <param name="path">The path that was to be written.</param>
    /// <param name="existing">The file that is there already.</param>
    public ArtifactPathConflictException(ArtifactTreeId tree, ArtifactPath path, string existing)
        : base(
            $"'{path}' of {tree} cannot be written: file '{existing}' exists, and a path is either a file or a folder. Delete that first."
        )
    {
        Tree = tree;
        Path = path;
        Existing = existing;
    }

    /// <summary>Whose files.</summary>
    public ArtifactTreeId Tree { get; }

    /// <summary>The path that was to be written.</summary>
    public ArtifactPath Path { get; }

    /// <summary>The file that is there already.</summary>
    public string Existing { get; }
}
