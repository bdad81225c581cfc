using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Some consecutive rows of a source's history: in an artifact, or as bytes that are not sealed yet.</summary>
internal sealed record HistoryPart(long First, long Last, int Rows, ArtifactDigest? Digest, byte[]? Data)
{
    public bool Covers(HistoryPart other) => First <= other.First && other.Last <= Last;
}
