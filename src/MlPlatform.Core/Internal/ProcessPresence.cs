using System.Text;

namespace MlPlatform.Core.Internal;

/// <summary>A file that each process keeps locked while it lives, so that its neighbours need not wait for its leases when it was killed.</summary>
/// <remarks>
/// The operating system lets go of the lock with the process. Only a hint: an owner whose file is not here may live on another host and keeps its
/// lease until that runs out; a wrong "gone" costs a second execution, which the fence makes harmless.
/// </remarks>
internal sealed class ProcessPresence(PlatformDirectories directories, Clocks clocks) : IDisposable
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromHours(1);
    private readonly Lock gate = new();
    private FileStream? held;

    /// <summary>This process incarnation.</summary>
    public string Owner { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{UuidText.Format(UuidText.New(clocks.Work))}";

    public void Show()
    {
        lock (gate)
        {
            if (held is null)
            {
                RemoveOld();
                held = new(
                    PathOf(Owner),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    bufferSize: 0,
                    FileOptions.DeleteOnClose
                );
            }
        }
    }

    public bool IsGone(string owner) => owner != Owner && File.Exists(PathOf(owner)) && IsFree(PathOf(owner));

    public void Dispose()
    {
        lock (gate)
        {
            held?.Dispose();
            held = null;
        }
    }

    private static bool IsFree(string path)
    {
        try
        {
            using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Its owner lives, or has just stopped in good order.
        }
    }

    /// <summary>Files of processes that were killed long ago: their leases have run out.</summary>
    private void RemoveOld()
    {
        var before = (clocks.Work.GetUtcNow() - KeepFor).UtcDateTime;
        foreach (var file in new DirectoryInfo(Folder()).EnumerateFiles().Where(f => f.LastWriteTimeUtc < before && IsFree(f.FullName)))
        {
            file.Delete();
        }
    }

    private string Folder() => directories.Get("processes");

    private string PathOf(string owner) => Path.Combine(Folder(), ArtifactDigest.Of(Encoding.UTF8.GetBytes(owner)).Hex);
}
