namespace MlPlatform.Core;

/// <summary>A promotion policy does not let an alias point at a version. Nothing was changed.</summary>
public sealed class PromotionRefusedException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="version">The version.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="reasons">What is missing, one sentence each.</param>
    public PromotionRefusedException(ModelVersionId version, string alias, IReadOnlyList<string> reasons)
        : base($"{version} may not become '{alias}': {string.Join(" ", reasons ?? [])}")
    {
        Version = version;
        Alias = alias;
        Reasons = reasons ?? [];
    }

    /// <summary>The version.</summary>
    public ModelVersionId Version { get; }

    /// <summary>The alias.</summary>
    public string Alias { get; }

    /// <summary>What is missing, one sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; }
}
