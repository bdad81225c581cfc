using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Models in folders, <c>MODEL/VERSION/model.onnx</c>, as Triton lays them out; the highest version is what a name alone means.</summary>
/// <remarks>Thread-safe. Looked at anew each time, so that versions may come and go while the server runs.</remarks>
internal sealed class ModelFolder(string root, string alias, Clocks clocks)
{
    private const string FileName = "model.onnx";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, HighestFile> opened = new(StringComparer.Ordinal);

    public IReadOnlyList<string> List() =>
        [
            .. Directory
                .EnumerateDirectories(root)
                .Select(Path.GetFileName)
                .OfType<string>()
                .Where(n => VersionsOf(n).Count > 0)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>So many models as are allowed and have room, in the order of their names; the first one has in any case.</summary>
    public IEnumerable<string> ListFirst(int most, long bytes)
    {
        var used = 0L;
        foreach (var name in List().Take(most))
        {
            var before = used;
            used += FileOf(name, VersionsOf(name).DefaultIfEmpty().Max()).Length;
            if (before > 0 && used > bytes)
            {
                yield break;
            }

            yield return name;
        }
    }

    public bool Has(string model) => VersionsOf(model).Count > 0;

    /// <summary>What to do about a model that is nowhere; null for a name that no folder can have.</summary>
    public static string? HintOf(ModelReference reference)
    {
        var file = $"Put it into the server's folder of models, as {reference.Name}/{reference.Version ?? 1}/{FileName}";
        return !IsName(reference.Name) ? null
            : reference.Version is null ? $"{file}, or point '{reference.Alias}' at a registered version."
            : $"{file}, or register that version.";
    }

    /// <exception cref="AssetNotFoundException">No such version.</exception>
    /// <exception cref="InvalidModelPackageException">The file is no such model.</exception>
    public async Task<OpenedModel> OpenAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        var versions = VersionsOf(reference.Name);
        var version =
            reference.Version is { } asked ? (versions.Contains(asked) ? asked : 0)
            : string.Equals(reference.Alias, alias, StringComparison.Ordinal) ? versions.DefaultIfEmpty().Max()
            : 0;
        if (version == 0)
        {
            throw new AssetNotFoundException(
                new(AssetKind.Model, reference.Name, reference.Version),
                $"Its folder has the versions {string.Join(", ", versions.Order())}, of which '{alias}' is the highest."
            );
        }

        var path = PathOf(reference.Name, version);
        byte[] bytes;
        try
        {
            if (reference.Alias is not null)
            {
                opened[reference.Name] = FileOf(reference.Name, version); // Before the read: what is written after it is told.
            }

            if (new FileInfo(path).Length == 0) // Neither is there an end to what is no file, such as a pipe.
            {
                throw new InvalidModelPackageException($"'{path}' is empty, or no file.");
            }

            bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException(path, "the model cannot be read", e);
        }

        var signature = OnnxRuntimeLoader.Describe(bytes);
        var file = new ModelFileContent(FileName, ModelFileRole.Model, "application/onnx", bytes);
        return new(new(reference.Name, version), ModelPackage.Create(new(ModelRuntime.Onnx, "unknown"), signature, file));
    }

    /// <summary>Tells of the highest version now, and whenever it becomes another, or its file is written anew.</summary>
    /// <remarks>
    /// Whoever is told opens the model a moment later, and may find a version that is gone again at the next look. So a look is compared with what was
    /// opened too, not only with the look before.
    /// </remarks>
    public async IAsyncEnumerable<ModelChange> WatchAsync(string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HighestFile? before = null;
        HighestFile? known = null;
        for (var tag = 1L; ; )
        {
            HighestFile? last = opened.TryGetValue(model, out var o) ? o : null; // Before the look: one that comes later is seen at the next.
            HighestFile? now = VersionsOf(model) is { Count: > 0 } versions ? FileOf(model, versions.Max()) : null;
            if (now != before || (last != known && last != now))
            {
                yield return new(model, alias, now?.Version, before?.Version, new(tag++));
            }

            (before, known) = (now, last);
            await Task.Delay(Interval, clocks.Work, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The numbers of folders that hold a model. A name that is more than the name of a folder has none.</summary>
    public HashSet<int> VersionsOf(string model)
    {
        var isName = IsName(model);
        var folder = Path.Combine(root, isName ? model : ".");
        return isName && Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateDirectories(folder)
                    .Select(f => int.TryParse(Path.GetFileName(f), NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : 0)
                    .Where(v => v > 0 && File.Exists(PathOf(model, v))),
            ]
            : [];
    }

    private static bool IsName(string model) => model is not ("." or "..") && model.IndexOfAny(['/', '\\', ':', '\0']) < 0;

    private string PathOf(string model, int version) => Path.Combine(root, model, version.ToString(CultureInfo.InvariantCulture), FileName);

    private HighestFile FileOf(string model, int version)
    {
        var file = new FileInfo(PathOf(model, version));
        return file.Exists ? new(version, file.LastWriteTimeUtc, file.Length) : new(version, default, 0);
    }

    /// <summary>What a name alone means: the version, and what shows that its file was written anew.</summary>
    private readonly record struct HighestFile(int Version, DateTime Written, long Length);
}
