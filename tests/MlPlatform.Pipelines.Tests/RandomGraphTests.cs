using CsCheck;

namespace MlPlatform.Pipelines.Tests;

public sealed class RandomGraphTests
{
    /// <summary>Random graphs with random failures against a model that walks the graph in order: states, order and effects must agree.</summary>
    [Fact]
    public async Task Run_ends_as_the_model_says_with_each_effect_once_and_after_those_before_it()
    {
        var step = Gen.Select(
            Gen.Int[0, 3],
            Gen.Int[0, 2],
            Gen.Int.Array[0, 3],
            Gen.Bool,
            (failures, retries, edges, ended) => new Plan(failures, retries, edges, ended)
        );
        await step.Array[1, 12].SampleAsync(CheckAsync, iter: 60, threads: 1);
    }

    private static async Task CheckAsync(Plan[] plans)
    {
        await using var host = new PipelineHost(p =>
        {
            var refs = new List<StepRef<int>>();
            for (var i = 0; i < plans.Length; i++)
            {
                var (plan, number) = (plans[i], i);
                var step = p.Step(
                        $"s{i}",
                        (c, _) =>
                        {
                            c.OnCommit(w => EffectTable.InsertAsync(w, $"s{number}"));
                            return c.Attempt <= plan.Failures ? throw new IOException("planned") : Task.FromResult(number);
                        }
                    )
                    .Retry(plan.Retries, Backoff.None);
                foreach (var before in plan.Before(i))
                {
                    step = plan.OnEnd ? step.AfterEnded(refs[before]) : step.After(refs[before]);
                }

                refs.Add(step);
            }
        });
        await EffectTable.CreateAsync(host.Database);

        var run = await host.SettleAsync();

        var expected = Model(plans);
        Assert.Equal(expected, run.Steps.Select(s => s.State));
        Assert.Equal(expected.Contains(PipelineStepState.Failed) ? PipelineRunState.Failed : PipelineRunState.Succeeded, run.State);
        var effects = await EffectTable.ReadAsync(host.Database);
        Assert.Equal(
            Enumerable
                .Range(0, plans.Length)
                .Where(i => expected[i] == PipelineStepState.Succeeded)
                .Select(i => $"s{i}")
                .Order(StringComparer.Ordinal),
            effects.Order(StringComparer.Ordinal)
        );
        for (var i = 0; i < plans.Length; i++)
        {
            var at = effects.IndexOf($"s{i}");
            Assert.True(at < 0 || plans[i].Before(i).All(b => effects.IndexOf($"s{b}") < at), $"s{i} ran before a step it depends on.");
        }
    }

    private static PipelineStepState[] Model(Plan[] plans)
    {
        var states = new PipelineStepState[plans.Length];
        for (var i = 0; i < plans.Length; i++)
        {
            var runs = plans[i].OnEnd || plans[i].Before(i).All(b => states[b] == PipelineStepState.Succeeded);
            states[i] =
                !runs ? PipelineStepState.Skipped
                : plans[i].Failures > plans[i].Retries ? PipelineStepState.Failed
                : PipelineStepState.Succeeded;
        }

        return states;
    }

    private sealed record Plan(int Failures, int Retries, int[] Edges, bool OnEnd)
    {
        public IEnumerable<int> Before(int number) => number == 0 ? [] : Edges.Select(e => (int)((uint)e % (uint)number)).Distinct();
    }
}
