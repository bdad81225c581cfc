using System.Text;

namespace MlPlatform.Pipelines.Internal;

/// <summary>A stored output: its digest, and its text when it is small enough to live in the journal.</summary>
/// <remarks>An artifact costs a flush to disk, the journal's row none of its own: small outputs stay in the row, so that a step stays cheap.</remarks>
internal sealed record StepOutput(string Digest, string? Inline)
{
    public const int InlineLimit = 8192;

    public byte[]? InlineBytes => Inline is null ? null : Encoding.UTF8.GetBytes(Inline);
}
