namespace MlPlatform.Features;

/// <summary>A declared source of rows.</summary>
/// <typeparam name="TEvent">The record of one row.</typeparam>
public sealed class FeatureSource<TEvent> : FeatureSource
{
    internal FeatureSource(string name)
        : base(name) { }
}
