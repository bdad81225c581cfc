namespace Docs.Tests;

/// <summary>Fails with every problem in full, a line each.</summary>
internal static class Problems
{
    public static void AssertNone(IEnumerable<string> problems)
    {
        var found = problems.ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }
}
