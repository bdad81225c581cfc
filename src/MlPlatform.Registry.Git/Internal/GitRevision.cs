using System.Reflection;
using LibGit2Sharp;
using Microsoft.Extensions.Logging;

namespace MlPlatform.Registry.Git.Internal;

internal sealed class GitRevision(ILogger<GitRevision> logger) : ISourceRevision
{
    public SourceRevision? Find()
    {
        var built = SourceRevision.OfBuild(Assembly.GetEntryAssembly());
        var directory = Environment.CurrentDirectory;
        try
        {
            return Merge(built, Read(directory));
        }
        catch (Exception e) when (e is LibGit2SharpException or DllNotFoundException or TypeInitializationException or IOException)
        {
            Log.CannotRead(logger, directory, e); // A run is worth more than its provenance.
            return built;
        }
    }

    /// <summary>The code that runs is what was built: the working copy says how it was only when it is at the same commit.</summary>
    internal static SourceRevision? Merge(SourceRevision? built, SourceRevision? copy) =>
        built is null || string.Equals(built.Commit, copy?.Commit, StringComparison.OrdinalIgnoreCase) ? copy : built;

    internal static SourceRevision? Read(string directory)
    {
        if (Repository.Discover(directory) is not { } found)
        {
            return null;
        }

        using var repository = new Repository(found);
        if (repository.Head.Tip is not { } commit)
        {
            return null; // There is no commit yet.
        }

        var options = new StatusOptions
        {
            IncludeUntracked = true,
            RecurseUntrackedDirs = false,
            IncludeIgnored = false,
        };
        return new(commit.Sha, !repository.Info.IsBare && repository.RetrieveStatus(options).IsDirty);
    }
}
