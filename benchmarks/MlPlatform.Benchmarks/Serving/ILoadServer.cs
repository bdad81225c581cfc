namespace MlPlatform.Benchmarks;

/// <summary>A server of a load test, in processes of its own.</summary>
internal interface ILoadServer : IAsyncDisposable
{
    int Port { get; }

    /// <summary>What it has used of the processors.</summary>
    TimeSpan Cpu { get; }

    /// <summary>What it has allocated of managed memory; 0 where it has none.</summary>
    Task<long> AllocatedAsync();
}
