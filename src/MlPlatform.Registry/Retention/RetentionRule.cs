namespace MlPlatform.Registry;

/// <summary>What is kept of an experiment's runs or of a model's versions. What fails every condition that is set is deleted.</summary>
/// <remarks>Kept in any case: runs that have not ended or that a version names, versions that an alias points at, and what has the tag <c>mlp.hold</c>.</remarks>
public sealed class RetentionRule
{
    /// <summary>The experiment whose ended runs it is about, by name; <c>*</c> for every one. Either this or <see cref="Model"/>.</summary>
    public string? Experiment { get; set; }

    /// <summary>The model whose versions it is about; <c>*</c> for every one.</summary>
    public string? Model { get; set; }

    /// <summary>Younger ones are kept. Default: age does not keep anything.</summary>
    public TimeSpan? MaximumAge { get; set; }

    /// <summary>So many of the newest are kept. Default: 0.</summary>
    public int KeepLast { get; set; }

    /// <summary>Those that have this tag are kept. Default: none.</summary>
    public string? KeepTagged { get; set; }
}
