namespace MlPlatform.Pipelines.Tests;

/// <summary>What the kill tests run: fan out, a map, a join; each step's effect is a row without a key.</summary>
internal sealed class KillPipeline : Pipeline<TestParams>
{
    public const int Items = 12;
    public const int Chain = 8;

    public override void Define(PipelineBuilder<TestParams> pipeline)
    {
        var items = pipeline.Step("items", (c, _) => EffectAsync<IReadOnlyList<int>>(c, [.. Enumerable.Range(0, Items)]));
        var map = pipeline.Map("map", items, (c, i, _) => EffectAsync(c, i)).Parallel(3);
        var last = pipeline.Step("first", (c, _) => EffectAsync(c, 0));
        for (var i = 0; i < Chain; i++)
        {
            last = pipeline.Step($"chain{i}", last, (c, x, _) => EffectAsync(c, x + 1));
        }

        pipeline.Step("join", map, last, (c, all, x, _) => EffectAsync(c, all.Sum() + x));
    }

    /// <summary>The effects of one run that has ended, each once.</summary>
    public static IEnumerable<string> ExpectedEffects(PipelineRunId run) =>
        new[] { "items", "first", "join" }
            .Concat(Enumerable.Range(0, Items).Select(i => $"map/{i}"))
            .Concat(Enumerable.Range(0, Chain).Select(i => $"chain{i}"))
            .Select(s => $"{run}/{s}");

    private static Task<T> EffectAsync<T>(StepContext context, T output)
    {
        context.OnCommit(w => EffectTable.InsertAsync(w, context.IdempotencyKey));
        return Task.FromResult(output);
    }
}
