using System.Text.RegularExpressions;

namespace EndToEnd.Tests;

public sealed partial class QuickstartTests : IDisposable
{
    private static readonly string Source = Path.Combine(Sample.RepositoryRoot, "samples", "Quickstart", "Program.cs");
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Quickstart_trains_serves_and_sees_the_drift()
    {
        var (code, output) = await Sample.RunAsync("Quickstart", folder);
        Assert.True(code == 0, output);
        Assert.Contains("late-flight@v1 says", output, StringComparison.Ordinal);
        Assert.Contains("Drift: Drifted. 1 column(s) differ; the most: 'Distance'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_takes_at_most_60_lines_and_12_names_of_ours()
    {
        var source = await File.ReadAllTextAsync(Source);
        Assert.InRange(source.Count(c => c == '\n'), 1, 60);

        // Every public type and method of the packages, from their baselines, that the program names. Those below are said of ML.NET, of the host or
        // of the clock there, and one is a property.
        var ours = Directory
            .EnumerateFiles(Path.Combine(Sample.RepositoryRoot, "src"), "PublicAPI.Unshipped.txt", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .SelectMany(l => NameInBaseline().Matches(l.Split(" -> ")[0]).Select(m => m.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        string[] notOurs = ["Append", "Evaluate", "Build", "StartAsync", "StopAsync", "GetUtcNow", "ModelVersion"];
        var named = Word()
            .Matches(source)
            .Select(m => m.Value)
            .Distinct(StringComparer.Ordinal)
            .Where(ours.Contains)
            .Except(notOurs, StringComparer.Ordinal);
        Assert.Equal(12, named.Count());
    }

    [Fact]
    public async Task Readme_shows_the_quickstart()
    {
        var source = await File.ReadAllTextAsync(Source);
        var code = source[source.IndexOf("var builder", StringComparison.Ordinal)..].TrimEnd();
        var readme = await File.ReadAllTextAsync(Path.Combine(Sample.RepositoryRoot, "README.md"));
        Assert.Contains(code.ReplaceLineEndings("\n"), readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    /// <summary>A type alone on its line, or a method before its parameters.</summary>
    [GeneratedRegex(@"(?:^|\.)([A-Z]\w*)(?:<[^(]*>)?(?:$|\()")]
    private static partial Regex NameInBaseline();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Word();
}
