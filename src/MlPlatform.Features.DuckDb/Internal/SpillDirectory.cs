namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A folder of this engine alone, since the names of spilled files of two engines would collide.</summary>
/// <remarks>A lock file held open marks a living owner; folders whose owner is gone are removed by the next one.</remarks>
internal sealed class SpillDirectory : IDisposable
{
    private const string LockName = "owner.lock";
    private const int Attempts = 5;
    private readonly FileStream held;

    private SpillDirectory(string path, FileStream held)
    {
        Path = path;
        this.held = held;
    }

    public string Path { get; }

    public static SpillDirectory Create(string parent)
    {
        Directory.CreateDirectory(parent);
        RemoveOrphans(parent);
        for (var attempt = 1; ; attempt++)
        {
            var path = System.IO.Path.Combine(parent, System.IO.Path.GetRandomFileName());
            Directory.CreateDirectory(path);
            try
            {
                return new(path, new(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another engine that starts took the file for an orphan before it was locked.
            }
        }
    }

    public void Dispose()
    {
        held.Dispose();
        TryDelete(Path);
    }

    private static void RemoveOrphans(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent))
        {
            try
            {
                using (new FileStream(System.IO.Path.Combine(path, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            TryDelete(path);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left for the next engine that starts.
        }
    }
}
