using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Pipelines;

namespace MlPlatform.Sdk;

/// <summary>Training sets as outputs and inputs of pipeline steps.</summary>
public static class TrainingSetStepExtensions
{
    /// <summary>Stores a training set on behalf of the run.</summary>
    public static async Task<StoredTrainingSet> StoreAsync(
        this StepContext context,
        TrainingSet training,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(training);
        var stored = await context.Artifacts.PutBytesAsync(training.ToBytes(), cancellationToken).ConfigureAwait(false);
        context.KeepArtifact(stored.Digest);
        return new(stored.Digest, training.Service, training.RowCount);
    }

    /// <summary>Reads a training set, verified by its digest.</summary>
    public static async Task<TrainingSet> LoadAsync(
        this StepContext context,
        StoredTrainingSet training,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(training);
        return TrainingSet.FromBytes(
            await context.Artifacts.ReadBytesAsync(training.Digest, cancellationToken: cancellationToken).ConfigureAwait(false)
        );
    }

    /// <summary>Stores a model package on behalf of the run.</summary>
    /// <returns>The digest of its manifest, for <see cref="ModelPackage.OpenAsync"/>.</returns>
    public static async Task<ArtifactDigest> StoreAsync(
        this StepContext context,
        ModelPackage package,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(package);
        foreach (var file in package.Manifest.Files)
        {
            var content = await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
            context.KeepArtifact((await context.Artifacts.PutBytesAsync(content, cancellationToken).ConfigureAwait(false)).Digest);
        }

        var manifest = await context.Artifacts.PutBytesAsync(package.Manifest.ToBytes(), cancellationToken).ConfigureAwait(false);
        context.KeepArtifact(manifest.Digest);
        return manifest.Digest;
    }
}
