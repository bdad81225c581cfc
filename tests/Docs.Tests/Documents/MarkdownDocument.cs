using System.Text.RegularExpressions;

namespace Docs.Tests;

/// <summary>A Markdown file, as far as its code and links go.</summary>
internal sealed partial class MarkdownDocument
{
    private const string Fence = "```";

    public MarkdownDocument(string path, IReadOnlyList<string> lines)
    {
        Path = path;
        var blocks = new List<CodeBlock>();
        var links = new List<MarkdownLink>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (!lines[i].TrimStart().StartsWith(Fence, StringComparison.Ordinal))
            {
                links.AddRange(LinksOf(lines[i], i + 1));
                continue;
            }

            var opening = i;
            var content = new List<string>();
            while (++i < lines.Count && lines[i].Trim() != Fence)
            {
                content.Add(lines[i]);
            }

            blocks.Add(new(path, opening + 1, lines[opening].Trim()[Fence.Length..].Trim(), content));
        }

        (Blocks, Links) = (blocks, links);
    }

    /// <summary>Relative to the root.</summary>
    public string Path { get; }

    public IReadOnlyList<CodeBlock> Blocks { get; }

    public IReadOnlyList<MarkdownLink> Links { get; }

    private IEnumerable<MarkdownLink> LinksOf(string line, int number) =>
        Link()
            .Matches(InlineCode().Replace(line, "code"))
            .Select(m => m.Groups[1].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Select(target => new MarkdownLink(Path, number, target));

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
