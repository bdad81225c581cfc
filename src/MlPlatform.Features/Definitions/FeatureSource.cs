namespace MlPlatform.Features;

/// <summary>A declared source; <see cref="FeatureSource{TEvent}"/> knows its record.</summary>
public abstract class FeatureSource
{
    private protected FeatureSource(string name) => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; }
}
