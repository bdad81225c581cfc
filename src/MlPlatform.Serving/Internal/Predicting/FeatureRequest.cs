using System.Collections.Frozen;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What one feature read needs, reused.</summary>
internal sealed class FeatureRequest(FrozenDictionary<string, int> names) : IDisposable
{
    public RequestValues Values { get; } = new(names);

    public FeatureVector Vector { get; } = new();

    /// <summary>Nothing to give back; pooled objects are disposable.</summary>
    public void Dispose() { }
}
