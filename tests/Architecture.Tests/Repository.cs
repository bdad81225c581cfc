using System.Reflection;
using System.Xml.Linq;

namespace Architecture.Tests;

internal static class Repository
{
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Every package of <c>src</c> by name, with its project file.</summary>
    public static IReadOnlyDictionary<string, XDocument> Packages { get; } =
        Directory
            .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetFileNameWithoutExtension(f), XDocument.Load, StringComparer.Ordinal);

    public static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(e => (string?)e.Attribute("Include")).OfType<string>();

    public static IEnumerable<string> ReferencesOf(string package) =>
        Includes(Packages[package], "ProjectReference").Select(p => Path.GetFileNameWithoutExtension(p));
}
