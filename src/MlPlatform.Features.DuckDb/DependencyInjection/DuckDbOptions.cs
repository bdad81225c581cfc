namespace MlPlatform.Features.DuckDb;

/// <summary>Options of the embedded offline engine; configuration section <c>MlPlatform:Features:DuckDb</c>.</summary>
public sealed class DuckDbOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Features:DuckDb";

    /// <summary>What all computations of one engine may hold in memory before they spill to disk. Default: null, half of the memory that the process may use, at most 4 GB. Range: from 64 MB.</summary>
    public long? MemoryLimitBytes { get; set; }

    /// <summary>The threads of one engine. Default: null, the processors that the process may use. Range: 1 to 1,024.</summary>
    public int? Threads { get; set; }

    /// <summary>The folder for what does not fit into memory; each engine makes its own folder in it and removes it. Default: null, <c>duckdb</c> in the system's folder of temporary files.</summary>
    public string? SpillDirectory { get; set; }
}
