namespace MlPlatform.Core;

/// <summary>What a file of a model package is for.</summary>
public enum ModelFileRole
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>The model itself.</summary>
    Model,

    /// <summary>The reference profile that monitoring compares with.</summary>
    Profile,

    /// <summary>Sampled training rows that a server runs before it takes traffic.</summary>
    Warmup,

    /// <summary>Rows with the outputs that the model must reproduce.</summary>
    Golden,

    /// <summary>The model card.</summary>
    Card,
}
