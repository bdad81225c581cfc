namespace Docs.Tests;

/// <summary>A link of a Markdown file to another file of the repository.</summary>
/// <param name="Document">The file, relative to the root.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Target">Where it points, relative to the file, without an anchor.</param>
internal sealed record MarkdownLink(string Document, int Line, string Target);
