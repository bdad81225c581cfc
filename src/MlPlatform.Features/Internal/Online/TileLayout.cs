using System.Text.Json.Nodes;

namespace MlPlatform.Features.Internal;

/// <summary>How the aggregates of a view are stored: tiles for each hop that its windows use.</summary>
internal sealed class TileLayout
{
    public TileLayout(IReadOnlyList<TileFeature> features, int inputs)
    {
        Features = features;
        Inputs = inputs;
        Hops = features.Count == 0 ? [] : [.. features.GroupBy(f => f.Hop).OrderBy(g => g.Key).Select(Layout)];
        Width = Hops.Length == 0 ? 0 : Hops.Max(h => h.Width);
    }

    /// <summary>The aggregates, in the order of the view's record.</summary>
    public IReadOnlyList<TileFeature> Features { get; }

    public HopLayout[] Hops { get; }

    /// <summary>How many columns the aggregates read.</summary>
    public int Inputs { get; }

    /// <summary>The 64-bit slots of the widest tile.</summary>
    public int Width { get; }

    /// <summary>The 64-bit slots of an event that is kept as it came: stamp, then for each input whether it is null and its bits.</summary>
    public int EventWidth => 3 + (2 * Inputs);

    public JsonArray Describe() =>
        new([
            .. Features.Select(f =>
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = f.Name,
                        ["function"] = f.Function.ToString(),
                        ["input"] = f.Input,
                        ["window"] = f.Window,
                        ["hop"] = f.Hop,
                    }
            ),
        ]);

    // An invalid hop is a finding; the layout must only not fail on it.
    private static HopLayout Layout(IGrouping<long, TileFeature> group) => new(Math.Max(group.Key, 1), group);
}
