using System.Globalization;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The repository as the protocol sees it: what is open.</summary>
internal static class InferenceRepository
{
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

    /// <summary>Of a request to load or to unload.</summary>
    /// <exception cref="MlflowException">A parameter would bring a model along, or say how it is served.</exception>
    public static void CheckParameters(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (name.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            {
                throw MlflowException.InvalidParameter(
                    $"Parameter '{name}': models come from the registry, never with a request to load them."
                );
            }

            if (string.Equals(name, "config", StringComparison.Ordinal))
            {
                throw MlflowException.NotImplemented("Parameter 'config': how a model is served cannot be set by a request.");
            }
        }
    }
}
