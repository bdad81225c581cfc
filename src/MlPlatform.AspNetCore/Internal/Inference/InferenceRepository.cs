using System.Globalization;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The repository as the protocol sees it: what is open.</summary>
internal static class InferenceRepository
{
    /// <summary>The parameters of a request to load.</summary>
    public static IReadOnlyList<string> OfLoad { get; } = [];

    /// <summary>The parameters of a request to unload. No model has another that depends on it.</summary>
    public static IReadOnlyList<string> OfUnload { get; } = ["unload_dependents"];

    public static IEnumerable<RepositoryEntry> List(IInferenceServer models, bool readyOnly) =>
        models
            .ListOpen()
            .Where(m => !readyOnly || m.Version is not null)
            .Select(m => (Model: m, Reference: ModelReference.Parse(m.Reference)))
            .Select(m => new RepositoryEntry(
                m.Reference.Name,
                (m.Model.Version?.Version ?? m.Reference.Version)?.ToString(CultureInfo.InvariantCulture) ?? string.Empty,
                m.Model.Version is null ? "UNAVAILABLE" : "READY",
                m.Model.Error ?? string.Empty
            ))
            .GroupBy(e => (e.Name, e.Version)) // Several references may mean one version.
            .Select(g => g.MaxBy(e => (e.State == "READY", e.Reason.Length)))
            .Concat(
                readyOnly ? [] : models.ListUnloaded().Select(name => new RepositoryEntry(name, string.Empty, "UNAVAILABLE", "unloaded"))
            );

    /// <exception cref="MlflowException">There is no such repository.</exception>
    public static void Check(string name)
    {
        if (name.Length > 0)
        {
            throw MlflowException.NotFound($"There is no repository '{name}': this server has one, without a name.");
        }
    }

    /// <exception cref="MlflowException">A parameter is none of those known: it would bring a model along, say how it is served, or do nothing.</exception>
    public static void CheckParameters(IEnumerable<string> names, IReadOnlyList<string> known)
    {
        foreach (var name in names.Where(n => !known.Contains(n, StringComparer.Ordinal)))
        {
            var why =
                name.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
                    ? "models come from the registry or the server's folder, never with a request to load them"
                : string.Equals(name, "config", StringComparison.Ordinal) ? "how a model is served cannot be set by a request"
                : known.Count == 0 ? "this server takes none here"
                : $"this server takes {string.Join(", ", known)} here";
            throw MlflowException.InvalidParameter($"Parameter '{name}' is not supported: {why}.");
        }
    }
}
