using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>An alias of a model and what it points at.</summary>
/// <param name="Name">The model.</param>
/// <param name="Alias">The alias.</param>
/// <param name="Version">The version it points at.</param>
/// <param name="ETag">Names this state in the next conditional move.</param>
public sealed record ModelAlias(string Name, string Alias, int Version, ETag ETag)
{
    /// <summary>The version it points at, with the model's name.</summary>
    public ModelVersionId VersionId => new(Name, Version);
}
