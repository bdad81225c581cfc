using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>Options of pipelines; configuration section <c>MlPlatform:Pipelines</c>.</summary>
public sealed class PipelinesOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Pipelines";

    /// <summary>How many steps this process runs at once. Default: the number of processors. Range: 1 to 10,000.</summary>
    public int Slots { get; set; } = Environment.ProcessorCount;

    /// <summary>How long a claimed step is safe without renewal, in work time. Default: 30 s. Range: 1 s to 1 h.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often held steps are renewed, in work time. Default: 10 s. At most half of <see cref="Lease"/>.</summary>
    public TimeSpan Renew { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often lost leases and cancelled runs are looked for, in work time. Default: 1 s. Range: 10 ms to 1 min; shorter than
    /// <see cref="Lease"/> less <see cref="Renew"/>.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a step may lose its worker before it counts as what kills its workers. Default: 3. Range: 1 to 1,000.</summary>
    public int MaxLosses { get; set; } = 3;

    /// <summary>Whether this process runs steps in the background. Default: true. Without it, <see cref="IPipelineRunner.SettleAsync"/> runs them.</summary>
    public bool RunSteps { get; set; } = true;

    /// <summary>How parameters and outputs become JSON. Add source-generated contexts to its resolver chain, or converters.</summary>
    public JsonSerializerOptions Json { get; } =
        new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver(), Converters = { new ArtifactDigestConverter() } };
}
