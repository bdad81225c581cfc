using System.Diagnostics.CodeAnalysis;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry;

/// <summary>Where a file or a folder lies in a tree of files. A value of this type is always safe to use below a folder, on any operating system.</summary>
/// <remarks>
/// 1 to 1024 characters; segments of at most 255 bytes joined by <c>/</c>, none empty, <c>.</c> or <c>..</c>, none that ends with a dot or a space
/// or is the name of a device; no <c>\</c>, no <c>:</c>, no control character; and no <c>/</c>, <c>\</c>, <c>:</c>, <c>..</c> or NUL hidden behind one
/// more percent-encoding. All else is allowed and kept as it is: <c>#</c>, <c>?</c>, <c>%</c>, spaces, letters of any script. Compared by ordinal.
/// </remarks>
public sealed record ArtifactPath
{
    private readonly string text;

    private ArtifactPath(string text) => this.text = text;

    /// <summary>The last segment.</summary>
    public string Name => text[(text.LastIndexOf('/') + 1)..];

    /// <summary>Takes a path as it is: nothing is decoded or normalized.</summary>
    /// <exception cref="ArgumentException">The path is not allowed; the message says why.</exception>
    public static ArtifactPath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var path, out var problem)
            ? path
            : throw new ArgumentException($"Path '{text}' is not allowed: {problem}.", nameof(text));
    }

    /// <summary>Takes a path as it is, or says why it is not allowed.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ArtifactPath? path, [NotNullWhen(false)] out string? problem)
    {
        problem = ArtifactPathRule.FindProblem(text);
        path = problem is null ? new(text!) : null;
        return problem is null;
    }

    /// <inheritdoc/>
    public override string ToString() => text;
}
