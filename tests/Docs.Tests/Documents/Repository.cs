using System.Reflection;

namespace Docs.Tests;

/// <summary>The files that the tests read: all of them in the tree, none chosen by hand.</summary>
internal static class Repository
{
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>The README of the root, the guides, and the READMEs of packages and samples.</summary>
    public static IReadOnlyList<MarkdownDocument> Documents { get; } =
    [
        .. new[] { Path.Combine(Root, "README.md"), Path.Combine(Root, "CHANGELOG.md") }
            .Concat(Files("docs", "*.md"))
            .Concat(Files("src", "README.md"))
            .Concat(Files("samples", "README.md"))
            .Order(StringComparer.Ordinal)
            .Select(f => new MarkdownDocument(Relative(f), File.ReadAllLines(f))),
    ];

    /// <summary>The C# files of the tests and samples: each belongs to a project that is built, and nearly each is run.</summary>
    public static SourceLines Sources { get; } =
        new(Files("tests", "*.cs").Concat(Files("samples", "*.cs")).Select(f => (Relative(f), File.ReadAllLines(f))));

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !Relative(f).Split('/').Any(p => p is "bin" or "obj"));

    private static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');
}
