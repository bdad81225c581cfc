using MlPlatform.Pipelines;

namespace MlPlatform.Benchmarks;

/// <summary>Steps that do nothing, each after the one before.</summary>
public sealed class NoOpChain : Pipeline<ChainParameters>
{
    public const int Steps = 20;

    public override string Name => "no-op-chain";

    public override void Define(PipelineBuilder<ChainParameters> pipeline)
    {
        var last = pipeline.Step("step-00", (_, _) => Task.FromResult(0));
        for (var i = 1; i < Steps; i++)
        {
            last = pipeline.Step($"step-{i:D2}", last, (_, number, _) => Task.FromResult(number + 1));
        }
    }
}
