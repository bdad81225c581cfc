using System.Text.Json;
using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>A pipeline: typed steps and the edges between them.</summary>
/// <remarks>
/// <see cref="Define"/> only describes; it runs once for a process, before any run, and must not depend on anything that changes. Values that
/// change are parameters. One instance serves all runs at once.
/// </remarks>
/// <typeparam name="TParams">The parameters of a run, kept as JSON.</typeparam>
#pragma warning disable RS0022 // The base exists so that pipelines can be handled without their type; it is closed to others on purpose.
public abstract class Pipeline<TParams> : Pipeline
    where TParams : notnull
#pragma warning restore RS0022
{
    /// <summary>Describes the steps.</summary>
    /// <param name="pipeline">Takes the description.</param>
    public abstract void Define(PipelineBuilder<TParams> pipeline);

    internal sealed override PipelineGraph Build(JsonSerializerOptions json)
    {
        var builder = new PipelineBuilder<TParams>();
        Define(builder);
        return GraphCompiler.Compile(Name, builder.Nodes, builder.Findings, new ParamsCodec<TParams>(json), json);
    }
}
