using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>The arrows between packages. A new arrow needs a decision record first, then a line here.</summary>
public sealed class PackageGraphTests
{
    private const string Core = "MlPlatform.Core";
    private const string Sdk = "MlPlatform.Sdk";
    private const string Testing = "MlPlatform.Testing";
    private const string Conformance = "MlPlatform.Conformance";
    private const string AspNetCore = "MlPlatform.AspNetCore";
    private static readonly string[] Modules =
    [
        "MlPlatform.Registry",
        "MlPlatform.Features",
        "MlPlatform.Pipelines",
        "MlPlatform.Monitoring",
        "MlPlatform.Serving",
    ];

    // What may come with Core and the modules: abstractions and small managed libraries. A driver or an engine belongs in a provider; the
    // model runtimes are what Serving is for.
    private static readonly string[] LibrariesOfModules =
    [
        "CloudNative.CloudEvents.SystemTextJson",
        "Dapper",
        "dbup-core",
        "Cronos",
        "MathNet.Numerics",
        "Superpower",
        "System.IO.Hashing",
        "YamlDotNet",
    ];
    private static readonly string[] LibrariesOfServing = ["Microsoft.ML", "Microsoft.ML.OnnxRuntime"];

    public static TheoryData<string> Packages => [.. Repository.Packages.Keys];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_references_only_what_the_architecture_allows(string package)
    {
        var allowed = AllowedReferences(package);
        Assert.Empty(Repository.ReferencesOf(package).Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Core_and_modules_bring_no_driver(string package)
    {
        if (package != Core && !Modules.Contains(package))
        {
            return;
        }

        var allowed = LibrariesOfModules.Concat(package == "MlPlatform.Serving" ? LibrariesOfServing : []);
        var found = Repository
            .Includes(Repository.Packages[package], "PackageReference")
            .Where(p => !p.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));
        Assert.Empty(found.Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_names_no_version_and_has_a_description_and_a_readme(string package)
    {
        var project = Repository.Packages[package];
        Assert.Empty(project.Descendants("PackageReference").Where(p => p.Attribute("Version") is not null).Select(p => p.ToString()));
        Assert.False(string.IsNullOrWhiteSpace(project.Descendants("Description").SingleOrDefault()?.Value));
        Assert.True(File.Exists(Path.Combine(Repository.Root, "src", package, "README.md")));
    }

    [Fact]
    public void Internals_are_visible_to_the_packages_own_tests_only()
    {
        var props = XDocument.Load(Path.Combine(Repository.Root, "src", "Directory.Build.props"));
        Assert.Equal(["$(MSBuildProjectName).Tests"], Repository.Includes(props, "InternalsVisibleTo"));
        Assert.Empty(Repository.Packages.Where(p => Repository.Includes(p.Value, "InternalsVisibleTo").Any()).Select(p => p.Key));
    }

    private static IEnumerable<string> AllowedReferences(string package)
    {
        var all = Repository.Packages.Keys;
        return package switch
        {
            Core => [],
            _ when Modules.Contains(package) => [Core],
            Sdk => all.Where(p => p is not (Testing or Conformance or Sdk or AspNetCore)),
            AspNetCore => [Core, .. Modules, Sdk], // The host side: it may see all that it serves.
            Testing => [Core, .. Modules, Sdk],
            Conformance => [Core, .. Modules, Testing],
            _ when package.StartsWith("MlPlatform.Storage.", StringComparison.Ordinal) => [Core],
            _ => [package[..package.LastIndexOf('.')]], // A provider references exactly its owner.
        };
    }
}
