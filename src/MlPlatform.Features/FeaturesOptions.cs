namespace MlPlatform.Features;

/// <summary>Options of the feature store; configuration section <c>MlPlatform:Features</c>.</summary>
public sealed class FeaturesOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Features";

    /// <summary>How far ahead of platform time a pushed row may lie. Default: 5 minutes. Not negative.</summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>From how many rows on a push goes straight into Parquet segments, and pushed rows are sealed into one. Default: 50,000. Range: 100 to 1,000,000.</summary>
    public int SegmentRows { get; set; } = 50_000;

    /// <summary>What the decoded online rows and tiles of one view may hold in memory. Default: 64 MB. At least 1 MB.</summary>
    public long CacheBytesPerView { get; set; } = 64L << 20;

    /// <summary>How long a read may be unaware of what another process wrote, in work time. Default: 1 s. Not negative; zero asks the database every time.</summary>
    public TimeSpan CacheMaxAge { get; set; } = TimeSpan.FromSeconds(1);
}
