namespace Docs.Tests;

public sealed class LinkTests
{
    [Fact]
    public void Every_relative_link_points_at_something_that_exists()
    {
        var links = Repository.Documents.SelectMany(d => d.Links).ToList();
        Assert.NotEmpty(links);
        Problems.AssertNone(links.Where(l => !Exists(l)).Select(l => $"{l.Document}:{l.Line}: there is no {l.Target}"));
    }

    [Fact]
    public void Every_guide_and_decision_is_linked_from_somewhere()
    {
        var targets = Repository.Documents.SelectMany(d => d.Links).Select(FullPath).ToHashSet(StringComparer.Ordinal);
        var pages = Repository
            .Documents.Where(d => d.Path.StartsWith("docs/", StringComparison.Ordinal))
            .Select(d => Path.Combine(Repository.Root, d.Path));
        Problems.AssertNone(pages.Select(Path.GetFullPath).Except(targets, StringComparer.Ordinal).Select(p => $"Nothing links to {p}"));
    }

    [Fact]
    public void Links_are_read_outside_of_code_and_without_their_anchor()
    {
        var document = new MarkdownDocument(
            "a.md",
            [
                "See [b](b.md#part), [c](https://example.org), [here](#part) and `x[0](y)`.",
                "```csharp",
                "a[0](d.md)",
                "```",
                "[`E`](../e.md)",
            ]
        );
        Assert.Equal([new("a.md", 1, "b.md"), new("a.md", 5, "../e.md")], document.Links);
    }

    private static bool Exists(MarkdownLink link) => Path.Exists(FullPath(link));

    private static string FullPath(MarkdownLink link) =>
        Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(link.Document)!, Uri.UnescapeDataString(link.Target)));
}
