namespace MlPlatform.Features;

/// <summary>A declared view.</summary>
/// <typeparam name="TRow">The record of its features.</typeparam>
public sealed class FeatureView<TRow>
{
    internal FeatureView(string name) => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; }
}
