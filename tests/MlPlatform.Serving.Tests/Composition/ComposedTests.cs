using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class ComposedTests
{
    private static readonly ModelReference First = ModelReference.ByVersion("m", 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sequence_of_function_model_and_function_equals_running_them_by_hand()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(
                ModelNode.Model("scale@v1", inputs: Names(("Raw", "amount"))),
                ModelNode.Model("logit@v1"),
                ModelNode.Model("decide@v1", inputs: Names(("Score", "probability")))
            ),
            b => b.AddPredictor<Amount, Decision>("m@v1")
        );
        Assert.Equal(
            ["amount: float32", "Limit: float32"],
            host.Packages.Open(new("m", 1)).Manifest.Signature.Inputs.Select(c => c.ToString())
        );
        foreach (var (amount, limit) in new[] { (0f, 0.5f), (30f, 0.9f), (-30f, 0.1f), (7f, 0.7f) })
        {
            var score = ModelPackages.Answer(1, amount / 10);
            var answer = await host.Predictor<Amount, Decision>().PredictAsync(new(amount, limit), Token);
            Assert.Equal(score > limit ? "yes" : "no", answer.Value.Word);
            Assert.Equal(score - limit, answer.Value.Margin, 5);
        }

        var batch = await host.Get<IInferenceServer>()
            .PredictAsync(
                First,
                new([NamedTensor.Create("amount", [2, 1], 30f, -30), NamedTensor.Create("Limit", [2, 1], 0.5f, 0.5f)]),
                default,
                Token
            );
        Assert.Equal(["yes", "no"], batch.Value.Single(t => t.Name == "Word").Texts);
    }

    [Fact]
    public async Task An_ensemble_averages_numbers_and_votes_on_the_rest()
    {
        var members = Enumerable.Range(0, 3).Select(i => ModelNode.Model($"step{i}@v1")).ToList();
        await using var host = await StartAsync(
            ModelNode.Ensemble(members),
            b => b.AddPredictor<Point, Point>("m@v1").AddPredictor<Point, Point>("m@v2")
        );
        host.Packages.All[new("m", 2)] = await ComposedAsync(host, ModelNode.Ensemble(members.Zip([1.0, 2, 5])));
        var own = Enumerable.Range(0, 3).Select(i => Step(i, new(4, 1))).ToList();
        Assert.Equal([0L, 1, 2], own.Select(o => o.K)); // All differ: the first, or the heaviest.
        var even = (await host.Predictor<Point, Point>("m@v1").PredictAsync(new(4, 1), Token)).Value;
        Assert.Equal(own.Average(o => o.X), even.X, 12);
        Assert.Equal(0, even.K);
        var weighted = (await host.Predictor<Point, Point>("m@v2").PredictAsync(new(4, 1), Token)).Value;
        Assert.Equal((own[0].X + (2 * own[1].X) + (5 * own[2].X)) / 8, weighted.X, 12);
        Assert.Equal(2, weighted.K);
    }

    [Fact]
    public async Task A_vote_on_texts_takes_the_most_frequent()
    {
        await using var host = await StartAsync(
            ModelNode.Ensemble(ModelNode.Model("say0@v1"), ModelNode.Model("say1@v1"), ModelNode.Model("say2@v1")),
            b => b.AddPredictor<Amount, Said>("m@v1")
        );
        Assert.Equal("big", (await host.Predictor<Amount, Said>().PredictAsync(new(1.5f, 0), Token)).Value.Word); // Two of three.
        Assert.Equal("small", (await host.Predictor<Amount, Said>().PredictAsync(new(0.5f, 0), Token)).Value.Word);
    }

    [Fact]
    public async Task A_switch_runs_only_the_member_that_each_row_of_a_batch_chooses()
    {
        await using var host = await StartAsync(
            ModelNode.Switch(
                "Carrier",
                new Dictionary<string, ModelNode> { ["AA"] = ModelNode.Model("only0@v1"), ["UA"] = ModelNode.Model("only1@v1") },
                ModelNode.Model("only2@v1")
            )
        );
        var answer = await host.Get<IInferenceServer>()
            .PredictAsync(
                First,
                new([NamedTensor.Create("Tag", [5, 1], 1L, 0, 2, 0, 2), new("Carrier", [5, 1], ["UA", "AA", "??", "AA", ""])]),
                default,
                Token
            );
        Assert.Equal([1L, 0, 2, 0, 2], answer.Value.Single().ToArray<long>()); // A member fails on a tag that is not its own.
    }

    [Fact]
    public async Task A_switch_compares_numbers_as_its_column_has_them()
    {
        await using var host = await StartAsync(
            ModelNode.Switch(
                "amount",
                new Dictionary<double, ModelNode> { [0.1] = ModelNode.Model("say0@v1") },
                ModelNode.Model("say2@v1")
            ),
            b => b.AddPredictor<Amount, Said>("m@v1")
        );
        Assert.Equal("big", (await host.Predictor<Amount, Said>().PredictAsync(new(0.1f, 0), Token)).Value.Word); // Above 0, and no double.
        Assert.Equal("small", (await host.Predictor<Amount, Said>().PredictAsync(new(0.2f, 0), Token)).Value.Word);
    }

    [Fact]
    public async Task A_random_tree_answers_as_a_plain_evaluation_of_it()
    {
        await using var host = Start();
        await Gen.Int.SampleAsync(
            async seed =>
            {
                var random = new Random(seed);
                var (node, expected) = Tree(random, 4);
                var opened = new OpenedModel(new("m", 1), await ModelPackage.ComposeAsync(host.Models, node, Token));
                using var runner = await LoadAsync(host, opened);
                var count = random.Next(1, 24);
                using var inputs = new RequestBuffer(runner.Inputs, count);
                using var outputs = new RequestBuffer(runner.Outputs, count);
                using var program = runner.Bind(inputs, outputs);
                var rows = Enumerable.Range(0, count).Select(_ => new Point(random.Next(-9, 9), random.Next(0, 3))).ToList();
                for (var row = 0; row < rows.Count; row++)
                {
                    inputs.Set(inputs.Layout.IndexOf("X"), row, rows[row].X);
                    inputs.Set(inputs.Layout.IndexOf("K"), row, rows[row].K);
                }

                program.Run();
                for (var row = 0; row < rows.Count; row++)
                {
                    var point = expected(rows[row]);
                    Assert.Equal(point.X, outputs.Get<double>(outputs.Layout.IndexOf("X"), row), 9);
                    Assert.Equal(point.K, outputs.Get<long>(outputs.Layout.IndexOf("K"), row));
                }
            },
            iter: 60,
            threads: 1
        );
    }

    [Fact]
    public async Task A_member_that_fails_is_named()
    {
        await using var host = await StartAsync(ModelNode.Model("fail@v1"), b => b.AddPredictor<Amount, Said>("m@v1"));
        var thrown = await Assert.ThrowsAsync<PredictionFailedException>(async () =>
            await host.Predictor<Amount, Said>().PredictAsync(new(-1, 0), Token)
        );
        Assert.Equal("Member fail@v1 failed: below 0", thrown.InnerException!.Message);
    }

    [Fact]
    public async Task A_composed_member_is_what_it_is_by_itself()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(ModelNode.Model("step0@v1"), ModelNode.Model("step1@v1")),
            b => b.AddPredictor<Point, Point>("m@v2")
        );
        host.Packages.All[new("m", 2)] = await ComposedAsync(
            host,
            ModelNode.Sequence(ModelNode.Model("m@v1"), ModelNode.Model("step2@v1"))
        );
        Assert.Equal(Step(2, Step(1, Step(0, new(4, 1)))), (await host.Predictor<Point, Point>().PredictAsync(new(4, 1), Token)).Value);
    }

    [Fact]
    public async Task A_member_used_twice_is_loaded_once_and_disposed_after_the_last_program()
    {
        var runtime = new CountingRuntime();
        await using var host = Start(b => b.Services.AddSingleton<IModelRuntime>(runtime));
        host.Packages.All[new("add", 1)] = () => CountingRuntime.Package(3);
        var twice = ModelNode.Sequence(ModelNode.Model("add@v1", outputs: Names(("y", "x"))), ModelNode.Model("add@v1"));
        var opened = new OpenedModel(new("m", 1), await ModelPackage.ComposeAsync(host.Models, twice, Token));
        using (var runner = await LoadAsync(host, opened))
        {
            Assert.Equal((1, 0), (runtime.Loaded, runtime.Bound));
            using var inputs = new RequestBuffer(runner.Inputs, 1);
            using var outputs = new RequestBuffer(runner.Outputs, 1);
            using var program = runner.Bind(inputs, outputs);
            inputs.Set(0, 0, 1f);
            program.Run();
            Assert.Equal(7f, outputs.Get<float>(0, 0));
            Assert.Equal((2, 0), (runtime.Bound, runtime.Disposed));
        }

        Assert.Equal((1, 0, 1), (runtime.Loaded, runtime.Bound, runtime.Disposed));
    }

    [Fact]
    public async Task What_was_loaded_is_disposed_when_another_member_cannot_be()
    {
        var runtime = new CountingRuntime();
        await using var host = Start(b => b.Services.AddSingleton<IModelRuntime>(runtime));
        host.Packages.All[new("add", 1)] = () => CountingRuntime.Package(3);
        var node = ModelNode.Sequence(
            ModelNode.Model("add@v1", outputs: Names(("y", "K"))),
            ModelNode.Model("say0@v1", inputs: Names(("amount", "K")))
        );
        host.Packages.All[new("say0", 1)] = () => ModelPackage.FromFunction<Amount, Said>("nowhere");
        var opened = new OpenedModel(new("m", 1), await ModelPackage.ComposeAsync(host.Models, node, Token));
        var thrown = await Assert.ThrowsAsync<InvalidModelPackageException>(() => LoadAsync(host, opened));
        Assert.Contains("say0@v1 is function 'nowhere', which this process does not have", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (runtime.Loaded, runtime.Disposed));
    }

    [Fact]
    public async Task A_version_with_a_changed_member_is_refused_and_the_old_one_goes_on()
    {
        await using var host = await StartAsync(ModelNode.Model("step0@v1"), b => b.AddPredictor<Point, Point>("m@champion"));
        await host.Models.SetAliasAsync("m", "champion", 1);
        Assert.Equal(1, (await host.Predictor<Point, Point>().PredictAsync(new(4, 1), Token)).ModelVersion.Version);
        host.Packages.All[new("m", 2)] = await ComposedAsync(host, ModelNode.Model("step1@v1"));
        host.Packages.All[new("step1", 1)] = () => ModelPackage.FromFunction<Point, Point>("step2");
        await host.Models.SetAliasAsync("m", "champion", 2);
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
        Assert.Contains("Node root: step1@v1 is sha256:", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("when this model was composed", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await host.Predictor<Point, Point>().PredictAsync(new(4, 1), Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task No_call_fails_when_composed_versions_are_swapped()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(ModelNode.Model("step0@v1"), ModelNode.Model("step1@v1")),
            b => b.AddPredictor<Point, Point>("m@champion").AddServing(o => o.ResidentVersions = 0)
        );
        host.Packages.All[new("m", 2)] = await ComposedAsync(
            host,
            ModelNode.Sequence(ModelNode.Model("step1@v1"), ModelNode.Model("step0@v1"))
        );
        await host.Models.SetAliasAsync("m", "champion", 1);
        Point[] expected = [Step(1, Step(0, new(4, 1))), Step(0, Step(1, new(4, 1)))];
        var load = new Load<int>(
            2,
            async () =>
            {
                var answer = await host.Predictor<Point, Point>().PredictAsync(new(4, 1), Token);
                Assert.Equal(expected[answer.ModelVersion.Version - 1], answer.Value);
                return answer.ModelVersion.Version;
            }
        );
        for (var swap = 1; swap <= 40; swap++)
        {
            await host.Models.SetAliasAsync("m", "champion", (swap % 2) + 1);
            await host.Server.RefreshAsync("m", Token);
            await host.Predictor<Point, Point>().PredictAsync(new(4, 1), Token);
        }

        Assert.NotEmpty(await load.StopAsync());
    }

    [Fact]
    public async Task A_numeric_sequence_allocates_nothing()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(
                ModelNode.Ensemble(ModelNode.Model("step0@v1"), ModelNode.Model("step1@v1")),
                ModelNode.Switch("K", new Dictionary<double, ModelNode> { [1] = ModelNode.Model("step0@v1") }, ModelNode.Model("step2@v1"))
            ),
            b => b.AddPredictor<Point, Point>("m@v1")
        );
        await AllocationTests.AssertAllocatesNothingAsync(host.Predictor<Point, Point>(), new(4, 1));
    }

    internal static ServingHost Start(Action<IMlPlatformBuilder>? configure = null)
    {
        var host = new ServingHost(b =>
        {
            b.AddModelFunction<Input, Logit>("scale", i => new(i.Raw / 10));
            b.AddModelFunction<Scored, Decision>("decide", s => new(s.Score > s.Limit ? "yes" : "no", s.Score - s.Limit));
            b.AddModelFunction<Amount, Said>("fail", a => a.Value < 0 ? throw new InvalidOperationException("below 0") : new("ok"));
            for (var i = 0; i < 3; i++)
            {
                var number = i;
                b.AddModelFunction<Point, Point>($"step{i}", p => Step(number, p));
                b.AddModelFunction<Amount, Said>($"say{i}", a => new(a.Value > number ? "big" : "small"));
                b.AddModelFunction<Tagged, Tagged>(
                    $"only{i}",
                    t => t.Tag == number || number == 2 ? t : throw new InvalidOperationException($"{t.Tag} is not {number}")
                );
            }

            configure?.Invoke(b);
        });
        var all = host.Packages.All;
        all[new("scale", 1)] = () => ModelPackage.FromFunction<Input, Logit>("scale");
        all[new("decide", 1)] = () => ModelPackage.FromFunction<Scored, Decision>("decide");
        all[new("fail", 1)] = () => ModelPackage.FromFunction<Amount, Said>("fail");
        host.Packages.Add(1, model: "logit");
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            all[new($"step{i}", 1)] = () => ModelPackage.FromFunction<Point, Point>($"step{number}");
            all[new($"say{i}", 1)] = () => ModelPackage.FromFunction<Amount, Said>($"say{number}");
            all[new($"only{i}", 1)] = () => ModelPackage.FromFunction<Tagged, Tagged>($"only{number}");
        }

        return host;
    }

    internal static async Task<IModelRunner> LoadAsync(ServingHost host, OpenedModel opened)
    {
        var (runtime, bytes) = await host.Get<ModelRuntimes>().ReadAsync(opened, Token);
        return await runtime.LoadAsync(opened, bytes, 1, Token);
    }

    internal static Dictionary<string, string> Names(params (string From, string To)[] names) =>
        names.ToDictionary(n => n.From, n => n.To, StringComparer.Ordinal);

    private static async Task<ServingHost> StartAsync(ModelNode root, Action<IMlPlatformBuilder>? configure = null)
    {
        var host = Start(configure);
        host.Packages.All[new("m", 1)] = await ComposedAsync(host, root);
        return host;
    }

    internal static async Task<Func<ModelPackage>> ComposedAsync(ServingHost host, ModelNode root)
    {
        var package = await ModelPackage.ComposeAsync(host.Models, root, Token);
        return () => package;
    }

    private static Point Step(int number, Point p) => new((p.X * 0.5) + number, ((p.K * 2) + number + 1) % 3);

    private static (ModelNode, Func<Point, Point>) Tree(Random random, int depth)
    {
        var kind = depth == 1 ? 0 : random.Next(4);
        if (kind == 0)
        {
            var number = random.Next(3);
            return (ModelNode.Model($"step{number}@v1"), p => Step(number, p));
        }

        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Tree(random, depth - 1)).ToList();
        var nodes = parts.ConvertAll(p => p.Item1);
        var runs = parts.ConvertAll(p => p.Item2);
        if (kind == 1)
        {
            return (ModelNode.Sequence(nodes), p => runs.Aggregate(p, (x, run) => run(x)));
        }

        if (kind == 2)
        {
            var weights = nodes.ConvertAll(_ => (double)random.Next(1, 4));
            return (
                ModelNode.Ensemble(nodes.Zip(weights)),
                p =>
                {
                    var all = runs.ConvertAll(r => r(p));
                    var mean = all.Zip(weights).Sum(a => a.First.X * a.Second) / weights.Sum();
                    var vote = all.Zip(weights).GroupBy(a => a.First.K).MaxBy(g => g.Sum(a => a.Second))!.Key;
                    return new(mean, vote);
                }
            );
        }

        var cases = nodes.Take(nodes.Count - 1).Select((n, i) => KeyValuePair.Create((double)i, n)).ToDictionary();
        cases.TryAdd(2, nodes[^1]);
        return (ModelNode.Switch("K", cases, nodes[^1]), p => p.K < nodes.Count - 1 ? runs[(int)p.K](p) : runs[^1](p));
    }

    internal sealed record Amount([property: System.ComponentModel.DataAnnotations.Schema.Column("amount")] float Value, float Limit);

    internal readonly record struct Point(double X, long K);

    internal readonly record struct Tagged(long Tag);

    internal sealed record Input(float Raw);

    internal sealed record Logit([property: System.ComponentModel.DataAnnotations.Schema.Column("x")] float Value);

    internal sealed record Scored(float Score, float Limit);

    internal sealed record Decision(string Word, float Margin);

    internal sealed record Said(string Word);
}
