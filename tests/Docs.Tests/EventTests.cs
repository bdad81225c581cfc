using System.Reflection;
using System.Text.RegularExpressions;
using MlPlatform.Core;

namespace Docs.Tests;

/// <summary>The tables of docs/events.md are the types of events, no more and no less.</summary>
public sealed partial class EventTests
{
    [Fact]
    public void Page_lists_every_type_once()
    {
        var types = typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);
        var rows = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "events.md"))).Select(m => m.Groups[1].Value);
        Assert.Equal(types.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    /// <summary>A type that nothing writes would be a promise.</summary>
    [Fact]
    public void Every_type_is_written_somewhere()
    {
        var sources = string.Concat(Repository.Files("src", "*.cs").Select(File.ReadAllText));
        var names = typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.Name);
        Problems.AssertNone(names.Where(n => !sources.Contains($"EventTypes.{n}", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"(?m)^\| `([a-z][A-Za-z.]+)` \|")]
    private static partial Regex Row();
}
