using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyModel;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>What can be known about this process without asking anybody. It does not change, so it is looked up once.</summary>
internal sealed class ProvenanceCapture(ISourceRevision revision, IArtifactStore artifacts, Clocks clocks)
{
    /// <summary>Bytes that were stored so recently are safe from the sweep until the run's reference to them is.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    private readonly Lazy<SourceRevision?> source = new(revision.Find);
    private readonly Lazy<string> commandLine = new(() => CommandLine.Of(Environment.GetCommandLineArgs()));
    private readonly Lazy<byte[]> packages = new(ListPackages);
    private readonly Lazy<IReadOnlyDictionary<string, string>> environment = new(Describe);

    private ArtifactInfo? stored;

    /// <summary>Fills in what the caller left out.</summary>
    public async Task<RunProvenance> FillAsync(RunProvenance? given, CancellationToken cancellationToken)
    {
        given ??= new();
        return given with
        {
            Commit = given.Commit ?? source.Value?.Commit,
            Dirty = given.Dirty ?? (given.Commit is null ? source.Value?.Dirty : null),
            CommandLine = given.CommandLine ?? commandLine.Value,
            Environment = environment
                .Value.Concat(given.Environment)
                .GroupBy(e => e.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal),
            Packages = given.Packages ?? await StorePackagesAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<string?> StorePackagesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var known = stored;
            if (known is null || clocks.Work.GetUtcNow() - known.StoredAt > Fresh)
            {
                stored = known = await artifacts.PutBytesAsync(packages.Value, cancellationToken).ConfigureAwait(false);
            }

            return known.Digest.ToString();
        }
        catch (StorageUnavailableException)
        {
            return null; // A full disk, say: a run is worth more than the list of its packages.
        }
    }

    private static Dictionary<string, string> Describe() =>
        new(StringComparer.Ordinal)
        {
            ["os"] = RuntimeInformation.OSDescription,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["dotnet"] = Environment.Version.ToString(),
            ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>As the build resolved them; a single-file application may not say.</summary>
    private static byte[] ListPackages()
    {
        var list = new JsonObject();
        foreach (var library in (DependencyContext.Default?.RuntimeLibraries ?? []).OrderBy(l => l.Name, StringComparer.Ordinal))
        {
            if (string.Equals(library.Type, "package", StringComparison.OrdinalIgnoreCase))
            {
                list[library.Name] = library.Version;
            }
        }

        return CanonicalJson.Serialize(list);
    }
}
