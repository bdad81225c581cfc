namespace MlPlatform.Pipelines.Internal;

/// <summary>A file that each worker keeps locked while its process lives, so that its neighbours need not wait for its leases when it was killed.</summary>
/// <remarks>
/// The operating system lets go of the lock with the process. Only a hint: a worker whose file is not here may live on another host and has its
/// lease; a wrong "gone" costs a second execution, which the fence makes harmless.
/// </remarks>
internal sealed class WorkerPresence(PlatformDirectories directories, ILeases leases) : IDisposable
{
    private readonly Lock gate = new();
    private FileStream? held;

    /// <summary>This process incarnation.</summary>
    public string Worker => leases.Owner;

    public void Show()
    {
        lock (gate)
        {
            held ??= new(PathOf(Worker), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
    }

    public bool IsGone(string worker)
    {
        if (string.Equals(worker, Worker, StringComparison.Ordinal) || !File.Exists(PathOf(worker)))
        {
            return false;
        }

        try
        {
            using var free = new FileStream(PathOf(worker), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return true;
        }
        catch (IOException)
        {
            return false; // Its owner lives, or it has just stopped in good order.
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            held?.Dispose();
            held = null;
        }
    }

    private string PathOf(string worker) => Path.Combine(directories.Get("pipelines/workers"), ArtifactDigest.Of(System.Text.Encoding.UTF8.GetBytes(worker)).Hex);
}
