using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>SQL that would run on one database only.</summary>
public sealed partial class SqlRuleTests
{
    [Fact]
    public void Lists_in_predicates_go_through_the_dialect()
    {
        var found = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith("SqlDialect.cs", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f).Select((line, i) => (f, i, line)))
            .Where(l => ListParameter().IsMatch(l.line))
            .Select(l => $"{Path.GetRelativePath(Repository.Root, l.f)}:{l.i + 1}: use SqlDialect.In; PostgreSQL takes no list after IN.");
        Assert.Empty(found);
    }

    [GeneratedRegex(@"\bIN @\w")]
    private static partial Regex ListParameter();
}
