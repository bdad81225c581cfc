using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A request's values by name, as a feature read takes them. Reused; the names never change.</summary>
internal sealed class RequestValues(FrozenDictionary<string, int> names) : IReadOnlyDictionary<string, FeatureValue>
{
    public FeatureValue[] Slots { get; } = new FeatureValue[names.Count];

    public int Count => names.Count;

    public IEnumerable<string> Keys => names.Keys;

    public IEnumerable<FeatureValue> Values => names.Values.Select(i => Slots[i]);

    public FeatureValue this[string key] => Slots[names[key]];

    public bool ContainsKey(string key) => names.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out FeatureValue value)
    {
        if (names.TryGetValue(key, out var index))
        {
            value = Slots[index];
            return true;
        }

        value = default;
        return false;
    }

    public IEnumerator<KeyValuePair<string, FeatureValue>> GetEnumerator() =>
        names.Select(n => KeyValuePair.Create(n.Key, Slots[n.Value])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
