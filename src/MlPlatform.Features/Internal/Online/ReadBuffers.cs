using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Arrays of one service's reads, used again by the next read on the same thread.</summary>
internal sealed class ReadBuffers(ServicePlan plan)
{
    public FeatureValue[][] Rows { get; } = Array.ConvertAll(plan.Reads, r => new FeatureValue[r.Definition.Row.Columns.Length]);

    public bool[] Found { get; } = new bool[plan.Reads.Length];

    public FeatureValue[][] Requests { get; } =
        Array.ConvertAll(plan.Transforms, t => new FeatureValue[t.Definition.Request.Columns.Length]);

    public FeatureValue[][] Outputs { get; } = Array.ConvertAll(plan.Transforms, t => new FeatureValue[t.Definition.Row.Columns.Length]);

    public OnlineEntry?[] Entries { get; } = new OnlineEntry?[plan.Reads.Length];
}
