namespace MlPlatform.Registry;

/// <summary>Options of experiment tracking; configuration section <c>MlPlatform:Registry</c>.</summary>
public sealed class RegistryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Registry";

    /// <summary>How many metric points a run buffers before logging waits. Default: 65,536. Range: 1 to 10,000,000.</summary>
    public int MetricBufferSize { get; set; } = 65_536;

    /// <summary>Metric points are written when so many wait. Default: 1000. Range: 1 to 100,000.</summary>
    public int MetricBatchSize { get; set; } = 1000;

    /// <summary>Metric points are written when the oldest has waited for so long, in work time. Default: 200 ms. Range: 1 ms to 1 min.</summary>
    public TimeSpan MetricFlushInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long metric points are tried again while the database is busy or away, in work time; loggers wait when the buffer is full meanwhile. Default: 1 min.
    /// Range: 0 to 1 day.
    /// </summary>
    public TimeSpan MetricRetryTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether runs record commit, command line, environment and packages of the process by themselves. Default: true.</summary>
    public bool CaptureProvenance { get; set; } = true;

    /// <summary>Whether runs log the process's use of processors and memory unless they say otherwise. Default: false.</summary>
    public bool SystemMetrics { get; set; }

    /// <summary>How often that is measured, in work time. Default: 10 s. Range: 100 ms to 1 h.</summary>
    public TimeSpan SystemMetricsInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The models that are opened only if a trusted signer has signed the version: <c>*</c> for all of them. Default: none. What is not signed, or no
    /// longer what was signed, is then a <see cref="ModelSignatureException"/>.
    /// </summary>
    public IList<string> RequireSignature { get; } = [];

    /// <summary>Public keys that are trusted: files in PEM form. Default: none.</summary>
    public IList<string> TrustedKeys { get; } = [];

    /// <summary>Root certificates that are trusted: files in PEM form. Default: none.</summary>
    public IList<string> TrustedRoots { get; } = [];

    /// <summary>What is kept of runs and versions; applied once a day of platform time. Default: no rule, everything is kept.</summary>
    public IList<RetentionRule> Retention { get; } = [];

    /// <summary>What was deleted so long ago is removed for good, once a day of platform time. Default: null, only <see cref="IRegistryRetention.PurgeAsync"/> removes.</summary>
    public TimeSpan? PurgeDeletedAfter { get; set; }
}
