using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A run that is being written.</summary>
/// <remarks>
/// <para>
/// Thread-safe. Metrics are buffered, in order, and written in the background; everything else is stored when the call returns. A write of metrics that
/// failed surfaces at the next call.
/// </para>
/// <para>
/// Disposing a run that was not ended ends it as <see cref="RunStatus.Finished"/>: a dispose cannot see that an exception passes by. Call
/// <see cref="EndAsync"/> with <see cref="RunStatus.Failed"/> in a <c>catch</c>. Dispose throws when buffered metrics could not be written.
/// </para>
/// <para>
/// Keys have 1 to 250 letters, digits and <c>_ - . : /</c> or spaces, do not begin with <c>/</c> and have no segment <c>.</c> or <c>..</c>.
/// Breaking a rule is an <see cref="ArgumentException"/>; writing to an ended run an <see cref="InvalidOperationException"/>.
/// </para>
/// </remarks>
public interface IRun : IAsyncDisposable
{
    /// <summary>The run's id.</summary>
    RunId Id { get; }

    /// <summary>The name of its experiment.</summary>
    string Experiment { get; }

    /// <summary>The run's name.</summary>
    string Name { get; }

    /// <summary>Adds a point to a metric. Returns at once; while the buffer is full it blocks, so that no point is ever dropped.</summary>
    /// <param name="key">The metric.</param>
    /// <param name="value">The value; NaN and infinities are kept.</param>
    /// <param name="step">The step of training.</param>
    /// <param name="time">When it was measured. Default: now, in platform time.</param>
    void LogMetric(string key, double value, long step = 0, DateTimeOffset? time = null);

    /// <summary>Writes a parameter once; writing the same value again is harmless.</summary>
    /// <exception cref="ParamConflictException">It has another value.</exception>
    Task LogParamAsync(string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Writes parameters, all or none.</summary>
    /// <exception cref="ParamConflictException">One has another value.</exception>
    Task LogParamsAsync(IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken = default);

    /// <summary>Sets or replaces a tag; values up to 8000 characters.</summary>
    Task SetTagAsync(string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Says that the run read a dataset, which becomes lineage. Repeating it is harmless.</summary>
    Task LogInputAsync(RunDataset dataset, CancellationToken cancellationToken = default);

    /// <summary>Stores a file of the run; the same path again replaces the entry.</summary>
    /// <param name="path">What <see cref="ArtifactPath"/> allows.</param>
    /// <param name="content">Read to its end, not disposed.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    Task<ArtifactFile> LogArtifactAsync(string path, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Registers a model that this run made.</summary>
    /// <exception cref="InvalidModelPackageException">A path of the package is unsafe.</exception>
    Task<ModelVersion> RegisterModelAsync(
        string name,
        ModelPackage package,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Completes when every metric logged before is stored.</summary>
    Task FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Flushes and ends the run; ending it again does nothing.</summary>
    /// <exception cref="MlPlatformException">Metrics could not be written; the run ended as <see cref="RunStatus.Failed"/>.</exception>
    Task EndAsync(RunStatus status = RunStatus.Finished, CancellationToken cancellationToken = default);
}
