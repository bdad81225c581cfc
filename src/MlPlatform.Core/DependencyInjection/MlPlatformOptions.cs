namespace MlPlatform.Core;

/// <summary>Options of the platform as a whole; configuration section <c>MlPlatform</c>.</summary>
public sealed class MlPlatformOptions
{
    /// <summary>The root configuration section.</summary>
    public const string Section = "MlPlatform";

    /// <summary>Where embedded providers keep their files; relative to the host's content root, or to the working directory without a host. Default: <c>.mlplatform</c>.</summary>
    public string DataDirectory { get; set; } = ".mlplatform";

    /// <summary>The garbage collector spares artifacts younger than this, in work time. Default: 24 hours. Not negative.</summary>
    public TimeSpan ArtifactMinimumAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often consumption counts are rolled up into events, in work time. Default: 10 s. At least 1 s, at most 1 day.</summary>
    public TimeSpan ConsumptionInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Encrypts what is secret in the database: 32 bytes in base 64. Default: null, then a key is made in the data directory once. Processes that share a
    /// database but no data directory need the same.
    /// </summary>
    public string? SecretKey { get; set; }

    /// <summary>Whether recurring work runs in the background of this process. Default: true. A replay that calls <see cref="IRecurringWorkRunner"/> itself turns it off.</summary>
    public bool RunRecurringWork { get; set; } = true;
}
