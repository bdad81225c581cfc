namespace MlPlatform.Core;

/// <summary>A lease passed to another holder while work under it went on. Its results must not be committed.</summary>
public sealed class LeaseLostException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public LeaseLostException(string name, long fence)
        : base($"Lease '{name}' with fence {fence} was lost to another holder.")
    {
        Name = name;
        Fence = fence;
    }

    /// <summary>The lease's name.</summary>
    public string Name { get; }

    /// <summary>The fence that is no longer valid.</summary>
    public long Fence { get; }
}
