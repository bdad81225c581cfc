namespace MlPlatform.Core;

/// <summary>How much of an archive is accepted.</summary>
public sealed record ModelArchiveLimits
{
    /// <summary>At most so many files. Default: 10,000.</summary>
    public int MaximumEntries { get; init; } = 10_000;

    /// <summary>At most so many bytes, packed and unpacked. Default: 20 GiB.</summary>
    public long MaximumBytes { get; init; } = 20L * 1024 * 1024 * 1024;

    /// <summary>A file of more than a megabyte may not be packed smaller than one part in so many. Default: 200.</summary>
    public int MaximumRatio { get; init; } = 200;

    /// <summary>At most so many folders above a file. Default: 32.</summary>
    public int MaximumDepth { get; init; } = 32;
}
