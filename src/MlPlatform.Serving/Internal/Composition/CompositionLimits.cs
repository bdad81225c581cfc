using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>How large a composed model may be, its composed members counted with all that is in them.</summary>
internal static class CompositionLimits
{
    private const int Depth = 8;
    private const int Nodes = 64;

    /// <exception cref="InvalidModelPackageException">Too deep.</exception>
    public static void CheckDepth(int depth)
    {
        if (depth > Depth)
        {
            throw new InvalidModelPackageException($"A composed model nests its nodes at most {Depth} deep; this one goes deeper.");
        }
    }

    /// <exception cref="InvalidModelPackageException">Too many.</exception>
    public static void CheckCount(int nodes)
    {
        if (nodes > Nodes)
        {
            throw new InvalidModelPackageException($"A composed model has at most {Nodes} nodes; this one has more.");
        }
    }
}
