namespace Docs.Tests;

/// <summary>Code in the documents is code that is compiled, and by <see cref="Snippets"/> or the samples run.</summary>
public sealed class CodeTests
{
    [Fact]
    public void Every_block_of_csharp_stands_in_a_compiled_source()
    {
        var blocks = Repository.Documents.SelectMany(d => d.Blocks).Where(b => b.Language == "csharp").ToList();
        Assert.NotEmpty(blocks);
        Problems.AssertNone(blocks.Select(Repository.Sources.Find).OfType<string>());
    }

    [Fact]
    public void Every_block_says_its_language()
    {
        string[] known = ["csharp", "bash", "json", "sql", "text", "python"];
        var others = Repository.Documents.SelectMany(d => d.Blocks).Where(b => !known.Contains(b.Language, StringComparer.Ordinal));
        Problems.AssertNone(others.Select(b => $"{b.Document}:{b.Line}: '{b.Language}' is none of {string.Join(", ", known)}"));
    }

    [Theory]
    [InlineData(null, "  var a = 1;", "", "var b = 2;")]
    [InlineData(null, "var b = 2;", "    var c = 3;")]
    [InlineData("line 12: var c = 4;", "var a = 1;", "var c = 4;")]
    [InlineData("line 12: var c = 3;", "var a = 1;", "var c = 3;")]
    [InlineData("line 11: var d = 1;", "var d = 1;")]
    [InlineData("empty", "")]
    public void Block_is_found_as_one_run_of_lines_or_the_first_other_line_is_named(string? problem, params string[] block)
    {
        var sources = new SourceLines([("a.cs", ["    var a = 1;", "    var b = 2;", "", "    var c = 3;"])]);
        var found = sources.Find(new("guide.md", 10, "csharp", block));
        if (problem is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.StartsWith("guide.md:10:", found, StringComparison.Ordinal);
            Assert.Contains(problem, found, StringComparison.Ordinal);
        }
    }
}
