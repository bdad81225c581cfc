namespace Docs.Tests;

/// <summary>The lines of compiled sources, without blank ones and without the space around them.</summary>
internal sealed class SourceLines(IEnumerable<(string File, string[] Lines)> sources)
{
    private readonly (string File, (string Text, int Line)[] Lines)[] files = [.. sources.Select(s => (s.File, Normalize(s.Lines)))];

    /// <summary>Says why a block is in no source as one run of lines; null when it is in one.</summary>
    public string? Find(CodeBlock block)
    {
        var wanted = Normalize(block.Lines);
        if (wanted.Length == 0)
        {
            return $"{block.Document}:{block.Line}: the block is empty.";
        }

        var (length, file, line) = (0, "", 0);
        foreach (var source in files)
        {
            for (var start = 0; start < source.Lines.Length; start++)
            {
                var same = CommonLength(wanted, source.Lines.AsSpan(start));
                if (same > length)
                {
                    (length, file, line) = (same, source.File, source.Lines[start].Line);
                }
            }
        }

        return length == wanted.Length
            ? null
            : $"{block.Document}:{block.Line}: the block is no run of lines of a compiled source. "
                + (length == 0 ? "" : $"Its first {length} line(s) stand at {file}:{line}. ")
                + $"Not found there, line {block.Line + wanted[length].Line}: {wanted[length].Text}";
    }

    private static int CommonLength((string Text, int)[] wanted, ReadOnlySpan<(string Text, int)> source)
    {
        var same = 0;
        while (same < wanted.Length && same < source.Length && wanted[same].Text == source[same].Text)
        {
            same++;
        }

        return same;
    }

    private static (string Text, int Line)[] Normalize(IEnumerable<string> lines) =>
        [.. lines.Select((text, i) => (Text: text.Trim(), Line: i + 1)).Where(l => l.Text.Length > 0)];
}
