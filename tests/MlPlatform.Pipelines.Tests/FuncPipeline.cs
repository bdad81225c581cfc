namespace MlPlatform.Pipelines.Tests;

/// <summary>A pipeline whose definition is a delegate of the test.</summary>
internal sealed class FuncPipeline(FuncPipeline.Definition definition) : Pipeline<TestParams>
{
    public override string Name => definition.Name;

    public override void Define(PipelineBuilder<TestParams> pipeline) => definition.Define(pipeline);

    internal sealed record Definition(string Name, Action<PipelineBuilder<TestParams>> Define);
}
