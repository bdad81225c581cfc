using System.Globalization;
using System.Text;
using YamlDotNet.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Reads a folder as MLflow's file store writes it, within limits, following no link.</summary>
internal sealed class MlrunsFolder(string path)
{
    public const string Meta = "meta.yaml";

    private const long MaximumMetaBytes = 1024 * 1024;
    private const long MaximumTextBytes = 16 * 1024 * 1024;
    private const int MaximumDepth = 64;

    public string Root { get; } = Path.GetFullPath(path);

    public string NameOf(string place) => Path.GetRelativePath(Root, place).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The folders in a folder, in order of name; none when it is missing or a link.</summary>
    public static IEnumerable<DirectoryInfo> Folders(string place) =>
        IsPlain(new DirectoryInfo(place))
            ? new DirectoryInfo(place).EnumerateDirectories().Where(IsPlain).OrderBy(d => d.Name, StringComparer.Ordinal)
            : [];

    /// <summary>Every file at and below a folder with its path from there, in order, without links.</summary>
    public static IEnumerable<(string Key, FileInfo File)> Files(string place, int depth = 0)
    {
        var folder = new DirectoryInfo(place);
        if (!IsPlain(folder) || depth > MaximumDepth)
        {
            yield break;
        }

        foreach (var file in folder.EnumerateFiles().Where(f => f.LinkTarget is null).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            yield return (file.Name, file);
        }

        foreach (var below in Folders(place))
        {
            foreach (var (key, file) in Files(below.FullName, depth + 1))
            {
                yield return ($"{below.Name}/{key}", file);
            }
        }
    }

    /// <summary>The texts of small files by their path from a folder: params, tags, aliases.</summary>
    public static async Task<Dictionary<string, string>> ReadTextsAsync(string place, CancellationToken cancellationToken)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, file) in Files(place))
        {
            texts[key] = await ReadTextAsync(file, MaximumTextBytes, cancellationToken).ConfigureAwait(false);
        }

        return texts;
    }

    /// <summary>The lines of a file, one at a time, however large it is.</summary>
    public static IAsyncEnumerable<string> ReadLinesAsync(FileInfo file, CancellationToken cancellationToken) =>
        File.ReadLinesAsync(file.FullName, Encoding.UTF8, cancellationToken);

    /// <summary>The scalars of a <c>meta.yaml</c>; null when the folder has none.</summary>
    /// <exception cref="FormatException">It is no flat YAML, or too large.</exception>
    public static async Task<MlrunsMeta?> ReadMetaAsync(string place, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(place, Meta));
        if (!file.Exists || file.LinkTarget is not null)
        {
            return null;
        }

        var text = await ReadTextAsync(file, MaximumMetaBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return new(Parse(text));
        }
        catch (YamlException e)
        {
            throw new FormatException($"{Meta} is not YAML: {e.Message}", e);
        }
    }

    /// <summary>By events and not as a tree: what is nested is passed over, however deep, and aliases are not expanded.</summary>
    private static Dictionary<string, string> Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var parser = new Parser(new StringReader(text));
        var (depth, key) = (0, (string?)null);
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case YamlDotNet.Core.Events.MappingStart or YamlDotNet.Core.Events.SequenceStart:
                    depth++;
                    key = depth == 1 ? null : key;
                    break;
                case YamlDotNet.Core.Events.MappingEnd or YamlDotNet.Core.Events.SequenceEnd:
                    depth--;
                    key = depth == 1 ? null : key;
                    break;
                case YamlDotNet.Core.Events.Scalar scalar when depth == 1 && key is null:
                    key = scalar.Value;
                    break;
                case YamlDotNet.Core.Events.Scalar scalar when depth == 1:
                    if (!IsNull(scalar))
                    {
                        values[key!] = scalar.Value;
                    }

                    key = null;
                    break;
            }
        }

        return values;
    }

    private static bool IsNull(YamlDotNet.Core.Events.Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "null" or "~" or "";

    private static async Task<string> ReadTextAsync(FileInfo file, long maximum, CancellationToken cancellationToken) =>
        file.Length <= maximum
            ? await File.ReadAllTextAsync(file.FullName, Encoding.UTF8, cancellationToken).ConfigureAwait(false)
            : throw new FormatException(
                string.Create(CultureInfo.InvariantCulture, $"{file.Name} has {file.Length} bytes; at most {maximum} are read.")
            );

    private static bool IsPlain(DirectoryInfo folder) => folder.Exists && folder.LinkTarget is null;
}
