namespace Docs.Tests;

/// <summary>A fenced block of a Markdown file.</summary>
/// <param name="Document">The file, relative to the root.</param>
/// <param name="Line">The line of its opening fence, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Lines">What is between the fences.</param>
internal sealed record CodeBlock(string Document, int Line, string Language, IReadOnlyList<string> Lines);
