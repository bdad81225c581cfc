using System.Buffers;
using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Names the files of one run, of one logged model or of one trace.</summary>
public sealed record ArtifactTreeId
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private static readonly SearchValues<char> TraceCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
    );

    private ArtifactTreeId(AssetKind kind, string id) => Asset = new(kind, id);

    /// <summary>The owner: a run, a logged model or a trace.</summary>
    public AssetRef Asset { get; }

    /// <summary>The files of a run.</summary>
    public static ArtifactTreeId OfRun(RunId run) => new(AssetKind.Run, run.ToString());

    /// <summary>The files of a logged model.</summary>
    /// <param name="id"><c>m-</c> and 32 lower-case hexadecimal digits.</param>
    /// <exception cref="ArgumentException">The id looks different.</exception>
    public static ArtifactTreeId OfLoggedModel(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length == 34 && id.StartsWith("m-", StringComparison.Ordinal) && !id.AsSpan(2).ContainsAnyExcept(Digits)
            ? new(AssetKind.LoggedModel, id)
            : throw new ArgumentException(
                $"'{id}' is not the id of a logged model: 'm-' and 32 lower-case hexadecimal digits.",
                nameof(id)
            );
    }

    /// <summary>The files of a trace.</summary>
    /// <param name="id">1 to 50 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <exception cref="ArgumentException">The id looks different.</exception>
    public static ArtifactTreeId OfTrace(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length is >= 1 and <= 50 && !id.AsSpan().ContainsAnyExcept(TraceCharacters)
            ? new(AssetKind.Trace, id)
            : throw new ArgumentException($"'{id}' is not the id of a trace: 1 to 50 letters, digits, '_' and '-'.", nameof(id));
    }

    /// <inheritdoc/>
    public override string ToString() => Asset.ToString();
}
