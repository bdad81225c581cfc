using Xunit;

namespace MlPlatform.Conformance;

/// <summary>Fails, by name, for each suite that a provider's tests do not run.</summary>
public abstract class ConformanceCoverageTests
{
    /// <summary>The suites this provider must run.</summary>
    protected abstract IReadOnlyCollection<Type> Required { get; }

    /// <summary>Suites it cannot run, each with the reason.</summary>
    protected virtual IReadOnlyDictionary<Type, string> Excluded { get; } = new Dictionary<Type, string>();

    /// <summary>Each required suite has a class in this assembly, and each suite that exists is required or excluded with a reason.</summary>
    [Fact]
    public void Every_suite_is_run_or_excluded_with_a_reason()
    {
        var classes = GetType().Assembly.GetTypes();
        var missing = Required.Where(s => !Array.Exists(classes, c => !c.IsAbstract && c.IsSubclassOf(s))).Select(s => s.Name);
        Assert.Empty(missing);
        var suites = typeof(ConformanceCoverageTests)
            .Assembly.GetExportedTypes()
            .Where(t => t.IsAbstract && t != typeof(ConformanceCoverageTests));
        Assert.Empty(suites.Where(s => !Required.Contains(s) && !Excluded.ContainsKey(s)).Select(s => s.Name));
        Assert.All(Excluded.Values, reason => Assert.False(string.IsNullOrWhiteSpace(reason)));
    }
}
