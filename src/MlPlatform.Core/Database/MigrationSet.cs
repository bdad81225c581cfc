using System.Reflection;

namespace MlPlatform.Core;

/// <summary>One module's embedded migration scripts for one database, run in order of name, each once.</summary>
/// <remarks>Scripts are embedded resources named <c>&lt;prefix&gt;NNNN_name.sql</c> with the type tokens of <see cref="SqlDialect.TypeTokens"/>.</remarks>
/// <param name="Module">The owner, for messages.</param>
/// <param name="Database">One of <see cref="DatabaseNames"/>.</param>
/// <param name="Assembly">Where the scripts are embedded.</param>
/// <param name="ResourcePrefix">What their resource names begin with.</param>
public sealed record MigrationSet(string Module, string Database, Assembly Assembly, string ResourcePrefix)
{
    /// <summary>Reads the scripts, in order, with the dialect's types put in.</summary>
    /// <returns>Name (stable across builds) and text of each script.</returns>
    public IReadOnlyList<(string Name, string Text)> ReadScripts(SqlDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        var scripts = new List<(string, string)>();
        var resources = Assembly
            .GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        foreach (var resource in resources)
        {
            using var stream = Assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd().Replace("$clustered$", dialect.Clustered, StringComparison.Ordinal);
            foreach (var (token, type) in dialect.TypeTokens)
            {
                text = text.Replace($"${token}$", type, StringComparison.Ordinal);
            }

            scripts.Add(($"{Module}/{resource[ResourcePrefix.Length..]}", text));
        }

        return scripts;
    }
}
