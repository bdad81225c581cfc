namespace Docs.Tests;

/// <summary>Whoever has read one package's README finds the same parts in the next.</summary>
public sealed class PackageReadmeTests
{
    public static TheoryData<string> Packages =>
        [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d))];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Readme_has_install_code_types_options_telemetry_and_a_link_to_more(string package)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"));
        Assert.StartsWith($"# {package}\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        string[] parts = [$"dotnet add package {package}", "```csharp", "## Main types", "](../../docs/"];
        var settings = text.Contains("no options and no telemetry", StringComparison.Ordinal)
            ? Array.Empty<string>()
            : ["## Options", "## Telemetry"];
        Problems.AssertNone(
            parts
                .Concat(settings)
                .Where(p => !text.Contains(p, StringComparison.Ordinal))
                .Select(p => $"src/{package}/README.md lacks: {p}")
        );
    }
}
