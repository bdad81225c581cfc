using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Makes a version ready to serve from its package: bytes verified, signature matched, warmed up, golden rows reproduced.</summary>
internal sealed class VersionLoader(
    ModelRuntimes runtimes,
    LoadLimit limit,
    Clocks clocks,
    IOptions<ServingOptions> options,
    ILogger<LoadedVersion> logger
)
{
    private const int MostThreads = 4;
    private const double HeavyTicks = 200 * TimeSpan.TicksPerMicrosecond; // A lighter model loses by being divided.
    private const double LeastGain = 0.8;
    private const int MostOpening = 4; // An alias may come to mean what can be read.
    private const long MostRowBytes = 256 << 20; // Each slot has memory for a row, and a file of some bytes may ask for any size.

    private int Slots => options.Value.RequestSlots > 0 ? options.Value.RequestSlots : Environment.ProcessorCount * 8;

    /// <summary>Opens what a reference means.</summary>
    /// <exception cref="AssetNotFoundException">The source does not have it.</exception>
    /// <exception cref="MlPlatformException">It cannot be read, or not in time.</exception>
    public Task<OpenedModel> OpenAsync(IModelSource source, ModelReference reference, CancellationToken cancellationToken) =>
        limit.RunAsync(
            $"Opening '{reference}'",
            MostOpening,
            token => source.OpenAsync(reference, token),
            static _ => { },
            cancellationToken
        );

    /// <exception cref="InvalidModelPackageException">The package is not what it says, or no runtime here can run it.</exception>
    /// <exception cref="ArtifactCorruptException">Its bytes are damaged.</exception>
    /// <exception cref="MlPlatformException">It takes too long.</exception>
    public Task<LoadedVersion> LoadAsync(OpenedModel opened, CancellationToken cancellationToken) =>
        limit.RunAsync(
            $"Loading {opened.Id} ({opened.Package.Digest})",
            most: 1,
            token => LoadNowAsync(opened, token),
            static version => version.Retire(),
            cancellationToken
        );

    private async Task<LoadedVersion> LoadNowAsync(OpenedModel opened, CancellationToken cancellationToken)
    {
        using var activity = ServingDiagnostics.Source.StartActivity("serving.load");
        activity?.SetTag("mlplatform.model.name", opened.Id.Name);
        activity?.SetTag("mlplatform.model.version", opened.Id.Version);
        var (runtime, bytes) = await runtimes.ReadAsync(opened, cancellationToken).ConfigureAwait(false);
        var profile = await ReadAsync(opened.Package, ModelFileRole.Profile, cancellationToken).ConfigureAwait(false);
        using var rows = await WarmRows.ReadAsync(opened.Package, cancellationToken).ConfigureAwait(false);
        var version = await LoadAsync(threads: 1).ConfigureAwait(false);
        var threads = Math.Min(MostThreads, Environment.ProcessorCount);
        if (!runtime.IsParallel || threads == 1 || version.Executor.Cost.Predict(1) < HeavyTicks)
        {
            return version;
        }

        LoadedVersion? parallel = null;
        try
        {
            parallel = await LoadAsync(threads).ConfigureAwait(false);
            await using var stopOne = StopWith(version, cancellationToken);
            await using var stopOther = StopWith(parallel, cancellationToken);
            var isBetter = Calibration.IsFaster(parallel, version, LeastGain, rows, clocks.Work);
            (isBetter ? version : parallel).Retire();
            return isBetter ? parallel : version;
        }
        catch
        {
            version.Retire();
            parallel?.Retire();
            throw;
        }

        async Task<LoadedVersion> LoadAsync(int threads)
        {
            var runner = await runtime.LoadAsync(opened, bytes, threads, cancellationToken).ConfigureAwait(false);
            if (Problem(runner) is { } problem)
            {
                runner.Dispose();
                throw new InvalidModelPackageException($"{opened.Id} {problem}.");
            }

            var loaded = new LoadedVersion(
                opened.Id,
                opened.Package.Digest,
                runtime.Kind,
                runner,
                new(opened.Id, runner.Inputs, runner.Outputs, profile),
                Slots,
                Limits(threads),
                clocks.Work,
                logger
            );
            try
            {
                await using var stop = StopWith(loaded, cancellationToken);
                var isWarm = WarmUp.Run(loaded, rows, Math.Min(Slots, Environment.ProcessorCount));
                await WarmUp.CheckGoldenAsync(opened.Package, loaded, cancellationToken).ConfigureAwait(false);
                if (isWarm)
                {
                    Calibration.Run(loaded, rows, options.Value.MaxBatchRows, clocks.Work);
                }

                return loaded;
            }
            catch (Exception e)
            {
                loaded.Retire();
                if (e is MlPlatformException or OperationCanceledException or IOException or OutOfMemoryException)
                {
                    throw;
                }

                throw new InvalidModelPackageException($"{opened.Id} cannot be run: {e.GetBaseException().Message}", e);
            }
        }
    }

    /// <summary>A load that is given up on should not go on computing.</summary>
    private static CancellationTokenRegistration StopWith(LoadedVersion version, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static version => ((LoadedVersion)version!).Stop(), version);

    private static string? Problem(IModelRunner runner)
    {
        var bytes = runner.Inputs.Tensors.Concat(runner.Outputs.Tensors).Sum(t => t.Elements * SizeOf(t.Type));
        return runner.Inputs.Tensors.Count == 0 ? "has no inputs, so that nothing can be asked of it"
            : bytes > MostRowBytes ? $"needs {bytes:N0} bytes for the values of one row; at most {MostRowBytes:N0} can be served"
            : null;
    }

    private static long SizeOf(DataType type) => type == DataType.String ? IntPtr.Size : ElementTypes.SizeOf(type);

    private ExecutionLimits Limits(int threads) =>
        new(Math.Max(1, Environment.ProcessorCount / threads), options.Value.MaxQueueTime, options.Value.MaxQueueRows);

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(
        ModelPackage package,
        ModelFileRole role,
        CancellationToken cancellationToken
    ) => package.Manifest.Find(role) is { } file ? await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false) : null;
}
