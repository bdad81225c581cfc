using LibGit2Sharp;
using MlPlatform.Registry.Git.Internal;

namespace MlPlatform.Registry.Git.Tests;

public sealed class GitRevisionTests : IDisposable
{
    private static readonly Signature Someone = new("someone", "someone@example.org", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly string directory = Directory.CreateTempSubdirectory("mlp-git-").FullName;

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal); // Git's objects are read-only, which Windows does not delete.
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_folder_without_repository_or_commit_has_no_revision()
    {
        Assert.Null(GitRevision.Read(directory));
        Repository.Init(directory);
        Assert.Null(GitRevision.Read(directory));
    }

    [Fact]
    public void The_commit_is_found_from_any_folder_and_each_kind_of_change_is_seen()
    {
        var commit = Commit();
        var below = Directory.CreateDirectory(Path.Combine(directory, "a", "b")).FullName;
        Assert.Equal(new(commit, false), GitRevision.Read(below));

        Write("code.txt", "changed");
        Assert.Equal(new(commit, true), GitRevision.Read(below));
        Write("code.txt", "first");
        Assert.Equal(new(commit, false), GitRevision.Read(below));
        Write("new.txt", "untracked");
        Assert.Equal(new(commit, true), GitRevision.Read(below));
        File.Delete(Path.Combine(directory, "new.txt"));
        using (var repository = new Repository(directory))
        {
            Write("staged.txt", "staged");
            Commands.Stage(repository, "staged.txt");
        }

        Assert.Equal(new(commit, true), GitRevision.Read(below));
    }

    [Fact]
    public void Ignored_files_are_no_change()
    {
        Write(".gitignore", "bin/\n");
        var commit = Commit(".gitignore");
        Directory.CreateDirectory(Path.Combine(directory, "bin"));
        Write("bin/out.dll", "x");

        Assert.Equal(new(commit, false), GitRevision.Read(directory));
    }

    [Fact]
    public void What_was_built_counts_more_than_what_lies_there()
    {
        var (built, other) = (new SourceRevision("aa", null), new SourceRevision("bb", true));

        Assert.Equal(other, GitRevision.Merge(null, other));
        Assert.Equal(built, GitRevision.Merge(built, null));
        Assert.Equal(built, GitRevision.Merge(built, other));
        Assert.Equal(new("AA", false), GitRevision.Merge(built, new("AA", false)));
    }

    private string Commit(string more = "code.txt")
    {
        Repository.Init(directory);
        Write("code.txt", "first");
        using var repository = new Repository(directory);
        Commands.Stage(repository, ["code.txt", more]);
        return repository.Commit("first", Someone, Someone).Sha;
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(directory, path), text);
}
