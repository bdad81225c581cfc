using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Docs.Tests;

/// <summary>The tables of docs/telemetry.md are the instruments and activities of the packages, no more and no less.</summary>
public sealed partial class TelemetryTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "telemetry.md"));

    /// <summary>Every Diagnostics class of our packages, found by what it holds.</summary>
    private static readonly Type[] Diagnostics =
    [
        .. Directory
            .EnumerateFiles(AppContext.BaseDirectory, "MlPlatform.*.dll")
            .Select(f => Assembly.Load(Path.GetFileNameWithoutExtension(f)))
            .SelectMany(a => a.GetTypes())
            .Where(t => Fields(t).Any(f => f.FieldType == typeof(Meter) || f.FieldType == typeof(ActivitySource))),
    ];

    [Fact]
    public void Page_lists_every_instrument_with_its_kind_and_unit()
    {
        var instruments = Diagnostics
            .SelectMany(t => Fields(t).Select(f => f.GetValue(null)).OfType<Instrument>())
            .Select(i => $"| `{i.Meter.Name}` | `{i.Name}` | {KindOf(i)} | `{i.Unit}` |");
        var rows = InstrumentRow().Matches(Page).Select(m => m.Value);
        Assert.Equal(instruments.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_lists_every_activity()
    {
        var started = Repository
            .Files("src", "*.cs")
            .SelectMany(f => StartedActivity().Matches(File.ReadAllText(f)))
            .Select(m => $"| `MlPlatform.{m.Groups[1].Value}` | `{m.Groups[2].Value}` |");
        var rows = ActivityRow().Matches(Page).Select(m => m.Value);
        Assert.Equal(started.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_package_readme_names_its_meter_and_instruments()
    {
        var missing = Diagnostics
            .SelectMany(t => Fields(t).Select(f => f.GetValue(null)).OfType<Instrument>())
            .Where(i => !Readme(i.Meter.Name).Contains($"`{i.Name}`", StringComparison.Ordinal))
            .Select(i => $"src/{i.Meter.Name}/README.md does not name {i.Name}");
        Problems.AssertNone(missing);
    }

    private static string Readme(string package) => File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"));

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0].ToLowerInvariant();

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public);

    [GeneratedRegex(@"(?m)^\| `[^`]+` \| `mlplatform\.[^`]+` \| [a-z]+ \| `[^`]+` \|")]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(@"(?m)^\| `[^`]+` \| `(?!mlplatform\.)[a-z]+\.[a-zA-Z]+` \|")]
    private static partial Regex ActivityRow();

    [GeneratedRegex(@"(\w+)Diagnostics\.Source\.StartActivity\(""([^""]+)""")]
    private static partial Regex StartedActivity();
}
