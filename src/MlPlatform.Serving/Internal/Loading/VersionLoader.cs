using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Makes a version ready to serve from its package: bytes verified, signature matched, warmed up, golden rows reproduced.</summary>
internal sealed class VersionLoader(IEnumerable<IModelRuntime> runtimes, IOptions<ServingOptions> options, ILogger<LoadedVersion> logger)
{
    private readonly IModelRuntime[] runtimes = [.. runtimes];

    private int Slots => options.Value.RequestSlots > 0 ? options.Value.RequestSlots : Environment.ProcessorCount * 8;

    /// <exception cref="InvalidModelPackageException">The package is not what it says, or no runtime here can run it.</exception>
    /// <exception cref="ArtifactCorruptException">Its bytes are damaged.</exception>
    public async Task<LoadedVersion> LoadAsync(OpenedModel opened, CancellationToken cancellationToken)
    {
        using var activity = ServingDiagnostics.Source.StartActivity("serving.load");
        activity?.SetTag("mlplatform.model.name", opened.Id.Name);
        activity?.SetTag("mlplatform.model.version", opened.Id.Version);
        var manifest = opened.Package.Manifest;
        var runtime =
            Array.Find(runtimes, r => string.Equals(r.Kind, manifest.Runtime.Kind, StringComparison.Ordinal))
            ?? throw new InvalidModelPackageException(
                $"{opened.Id} needs runtime '{manifest.Runtime.Kind}'; this server has {string.Join(", ", runtimes.Select(r => $"'{r.Kind}'"))}."
            );
        CheckColumns(opened.Id, manifest.Signature);
        var file =
            manifest.Find(ModelFileRole.Model) ?? throw new InvalidModelPackageException($"{opened.Id} has no file with the role 'model'.");
        var bytes = await opened.Package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte>? profile = manifest.Find(ModelFileRole.Profile) is { } found
            ? await opened.Package.ReadAsync(found.Path, cancellationToken).ConfigureAwait(false)
            : null;
        var runner = runtime.Load(bytes, manifest.Signature);
        var version = new LoadedVersion(
            opened.Id,
            opened.Package.Digest,
            runtime.Kind,
            runner,
            new(opened.Id, runner.Inputs, runner.Outputs, profile),
            Slots,
            logger
        );
        try
        {
            await WarmUp
                .RunAsync(opened.Package, version, Math.Min(Slots, Environment.ProcessorCount), cancellationToken)
                .ConfigureAwait(false);
            await WarmUp.CheckGoldenAsync(opened.Package, version, cancellationToken).ConfigureAwait(false);
            return version;
        }
        catch (Exception e)
        {
            version.Retire();
            if (e is MlPlatformException or OperationCanceledException or IOException or OutOfMemoryException)
            {
                throw;
            }

            throw new InvalidModelPackageException($"{opened.Id} cannot be run: {e.GetBaseException().Message}", e);
        }
    }

    private static void CheckColumns(ModelVersionId id, ModelSignature signature)
    {
        var problems = signature
            .Inputs.Select(c => ("input", c))
            .Concat(signature.Outputs.Select(c => ("output", c)))
            .Where(p => p.c.IsList || !ElementTypes.IsSupported(p.c.Type) || BufferLayout.ElementsPerRow(p.c) == 0)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Item1} '{p.c}' has a type or shape that cannot be served"))
            .ToList();
        if (problems.Count > 0)
        {
            throw new InvalidModelPackageException($"{id}: {string.Join("; ", problems)}.");
        }
    }
}
