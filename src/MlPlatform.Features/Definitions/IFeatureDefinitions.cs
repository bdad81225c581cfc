namespace MlPlatform.Features;

/// <summary>Declares entities, sources, views and services of the feature store.</summary>
/// <remarks>Called once a process. It must declare the same things every time: what it declares is hashed and versioned.</remarks>
public interface IFeatureDefinitions
{
    /// <summary>Declares the definitions.</summary>
    /// <param name="model">Receives them.</param>
    void Define(IFeatureModelBuilder model);
}
