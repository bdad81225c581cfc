using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>Members whose rows have other shapes from request to request.</summary>
public sealed class VariableCompositionTests
{
    private static readonly ModelReference First = ModelReference.ByVersion("m", 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_function_cuts_a_text_for_a_model_of_any_length_and_another_says_what_came_of_it()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(ModelNode.Model("cut@v1"), ModelNode.Model("tokens@v1"), ModelNode.Model("say@v1")),
            b => b.AddPredictor<Line, Said>("m@v1")
        );
        string[] texts = ["a bc", "one", "a few more words than before", "a bc"];
        foreach (var text in texts)
        {
            var answer = (await host.Predictor<Line, Said>().PredictAsync(new(text), Token)).Value;
            Assert.Equal(Expected(text), answer.Score, 1e-5f);
        }

        var all = await Server(host).PredictAsync(First, new([new("Text", [4, 1], texts)]), default, Token); // Each of a length of its own.
        Assert.All(
            texts.Zip(all.Value.Single(t => t.Name == "Score").ToArray<float>()),
            p => Assert.Equal(Expected(p.First), p.Second, 1e-5f)
        );
        var runner = await RunnerAsync(host);
        Assert.Equal(1, runner.RowsOfRun);
        runner.Dispose();
    }

    [Fact]
    public async Task What_has_no_length_of_its_own_is_refused_by_the_model_behind_it()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(ModelNode.Model("cut@v1"), ModelNode.Model("tokens@v1"), ModelNode.Model("say@v1")),
            b => b.AddPredictor<Line, Said>("m@v1")
        );
        var thrown = await Assert.ThrowsAsync<PredictionFailedException>(async () =>
            await host.Predictor<Line, Said>().PredictAsync(new(string.Empty), Token)
        );
        var reason = Assert.IsType<PredictionInputException>(thrown.InnerException); // The caller's doing, as over HTTP.
        Assert.Equal("Input 'tokens' has 0 in dimension 1; 1 or more is allowed.", reason.Message);
        Assert.Equal(Expected("x"), (await host.Predictor<Line, Said>().PredictAsync(new("x"), Token)).Value.Score, 1e-5f);
    }

    [Fact]
    public async Task An_answer_of_any_length_is_for_rows_of_one()
    {
        await using var host = await StartAsync(ModelNode.Sequence(ModelNode.Model("cut@v1"), ModelNode.Model("tokens@v1")));
        var answer = await Server(host).PredictAsync(First, new([new("Text", [2, 1], ["a bc", "def g"])]), default, Token);
        Assert.Equal([2, 2], answer.Value[0].Shape);
        Assert.Equal([1f, 4, 3, 2], answer.Value[0].ToArray<float>());
        var thrown = await Assert.ThrowsAsync<PredictionFailedException>(async () =>
            await Server(host).PredictAsync(First, new([new("Text", [2, 1], ["a bc", "def"])]), default, Token)
        );
        Assert.Equal(
            "'tokens' has 2 elements in the first row of the request and 1 in row 1; ask for rows of one length, or for one at a time.",
            Assert.IsType<PredictionInputException>(thrown.InnerException).Message
        );
    }

    [Fact]
    public async Task Shapes_go_from_model_to_model()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(
                ModelNode.Model("tokens@v1"),
                ModelNode.Model("pooled0@v1", inputs: ComposedTests.Names(("features", "weighted")))
            )
        );
        foreach (var (rows, length) in new[] { (1, 4), (3, 4), (2, 7), (1, 4) })
        {
            var request = Ask(rows, length);
            var weighted = await Server(host).PredictAsync(ModelReference.Parse("tokens@v1"), request, default, Token);
            var features = NamedTensor.Create<float>("features", [rows, length], weighted.Value[0].ToArray<float>());
            var expected = await Server(host).PredictAsync(ModelReference.Parse("pooled0@v1"), new([features]), default, Token);
            var answer = await Server(host).PredictAsync(First, request, default, Token);
            Assert.Equal(
                expected.Value.Select(t => (t.Name, string.Join(',', t.Shape))),
                answer.Value.Select(t => (t.Name, string.Join(',', t.Shape)))
            );
            Assert.Equal(expected.Value.SelectMany(t => t.ToArray<float>()), answer.Value.SelectMany(t => t.ToArray<float>()));
        }

        var runner = await RunnerAsync(host);
        Assert.True(runner.Outputs.HasShapesOf(runner.Inputs)); // So requests may share runs.
        Assert.Equal(0, runner.RowsOfRun);
        runner.Dispose();
        var thrown = await Assert.ThrowsAsync<PredictionInputException>(async () =>
            await Server(host)
                .PredictAsync(
                    First,
                    new([NamedTensor.Create("tokens", [1, 2], 1L, 2), NamedTensor.Create("mask", [1, 3], 1f, 1, 1)]),
                    default,
                    Token
                )
        );
        Assert.Contains("'mask' has 3 in dimension 1", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_of_any_length_answer_side_by_side_and_by_choice()
    {
        var members = Enumerable.Range(0, 2).Select(i => ModelNode.Model($"pooled{i}@v1")).ToList();
        await using var host = await StartAsync(ModelNode.Ensemble(members));
        host.Packages.All[new("m", 2)] = await ComposedTests.ComposedAsync(
            host,
            ModelNode.Switch("Which", new Dictionary<double, ModelNode> { [0] = members[0] }, members[1])
        );
        host.Packages.All[new("m", 3)] = await ComposedTests.ComposedAsync(host, ModelNode.Sequence(ModelNode.Model("m@v2"))); // Within another.
        foreach (var (rows, length) in new[] { (1, 3), (5, 3), (5, 8) })
        {
            float[] values = [.. Enumerable.Range(0, rows * length).Select(i => (i * 37 % 11) - 5f)];
            var features = NamedTensor.Create("features", [rows, length], values);
            var own = new List<float[]>();
            for (var i = 0; i < 2; i++)
            {
                var reference = ModelReference.ByVersion($"pooled{i}", 1);
                own.Add((await Server(host).PredictAsync(reference, new([features]), default, Token)).Value.Single().ToArray<float>());
            }

            var mean = await Server(host).PredictAsync(First, new([features]), default, Token);
            Assert.All(
                own[0].Zip(own[1], mean.Value.Single().ToArray<float>()),
                p => Assert.Equal((p.First + p.Second) / 2, p.Third, 1e-6f)
            );
            long[] which = [.. Enumerable.Range(0, rows).Select(i => i % 2L)];
            foreach (var version in new[] { 2, 3 })
            {
                var chosen = await Server(host)
                    .PredictAsync(
                        ModelReference.ByVersion("m", version),
                        new([features, NamedTensor.Create("Which", [rows, 1], which)]),
                        default,
                        Token
                    );
                var width = own[0].Length / rows;
                Assert.All(
                    chosen.Value.Single().ToArray<float>().Index(),
                    v => Assert.Equal(own[(int)which[v.Index / width]][v.Index], v.Item, 1e-6f)
                );
            }
        }
    }

    [Fact]
    public async Task A_model_of_two_rows_at_a_time_takes_any_number_of_one_length()
    {
        await using var host = await StartAsync(ModelNode.Ensemble(ModelNode.Model("pairs@v1"), ModelNode.Model("pooled0@v1")));
        foreach (var (rows, length) in new[] { (1, 3), (5, 3), (4, 6) })
        {
            var features = NamedTensor.Create<float>(
                "features",
                [rows, length],
                [.. Enumerable.Range(0, rows * length).Select(i => i % 5f)]
            );
            var expected = await Server(host).PredictAsync(ModelReference.Parse("pooled0@v1"), new([features]), default, Token);
            foreach (var reference in new[] { "pairs@v1", "m@v1" }) // Both members have the same weights.
            {
                var answer = await Server(host).PredictAsync(ModelReference.Parse(reference), new([features]), default, Token);
                Assert.All(
                    expected.Value.Single().ToArray<float>().Zip(answer.Value.Single().ToArray<float>()),
                    p => Assert.Equal(p.First, p.Second, 1e-6f)
                );
            }
        }
    }

    [Fact]
    public async Task Two_members_may_call_different_lengths_by_one_name()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(
                ModelNode.Model("pooled0@v1"),
                ModelNode.Model("tokens@v1", inputs: ComposedTests.Names(("mask", "probability"))) // Three each, as many as there are tokens then.
            )
        );
        var runner = await RunnerAsync(host);
        Assert.Equal(["length", "length of step 1"], runner.Inputs.Tensors.SelectMany(t => t.OpenSymbols));
        runner.Dispose();
        var features = NamedTensor.Create("features", [1, 5], 1f, 2, 3, 4, 5);
        var three = (await Server(host).PredictAsync(ModelReference.Parse("pooled0@v1"), new([features]), default, Token)).Value[0];
        var answer = await Server(host)
            .PredictAsync(First, new([features, NamedTensor.Create("tokens", [1, 3], 1L, 2, 3)]), default, Token);
        Assert.Equal(three.ToArray<float>().Select((p, i) => p * (i + 1)), answer.Value[0].ToArray<float>());
    }

    [Fact]
    public async Task A_picture_keeps_its_shape()
    {
        await using var host = Start();
        var columns = new[] { "picture", "negative" }.Select(n => new DataColumn(n, DataType.Float32) { Shape = [-1, 3, 2, 2] }).ToList();
        var file = new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Picture());
        var package = ModelPackage.Create(new(ModelRuntime.Onnx, "1"), new([columns[0]], [columns[1]]), file);
        host.Packages.All[new("picture", 1)] = () => package;
        host.Packages.All[new("m", 1)] = await ComposedTests.ComposedAsync(host, ModelNode.Model("picture@v1"));
        float[] pixels = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        var answer = await Server(host).PredictAsync(First, new([NamedTensor.Create("picture", [2, 3, 2, 2], pixels)]), default, Token);
        Assert.Equal([2, 3, 2, 2], answer.Value[0].Shape);
        Assert.Equal(pixels.Select(p => -p), answer.Value[0].ToArray<float>());
    }

    public static TheoryData<string, string> Misfits =>
        new()
        {
            {
                "fixed",
                "Node root/step 1:fixed@v1: takes 'weighted: float32[-1,3]', but root/step 0:tokens@v1 gives 'weighted: float32[-1,-1]'."
            },
            {
                "open",
                "Node root/member 0:tokens@v1: gives 'weighted: float32[-1,-1]', whose rows vary in shape; side by side members give rows of one shape."
            },
            { "other", "Node root/member 1:fixed@v1: takes 'features: float32[-1,3]', but others take 'features: float32[-1,-1]'." },
        };

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task Shapes_that_do_not_fit_are_refused_when_they_are_composed(string what, string problem)
    {
        await using var host = Start();
        var node = what switch
        {
            "fixed" => ModelNode.Sequence(
                ModelNode.Model("tokens@v1"),
                ModelNode.Model("fixed@v1", inputs: ComposedTests.Names(("features", "weighted")))
            ),
            "open" => ModelNode.Ensemble(ModelNode.Model("tokens@v1"), ModelNode.Model("tokens@v1")),
            _ => ModelNode.Ensemble(ModelNode.Model("pooled0@v1"), ModelNode.Model("fixed@v1")),
        };
        var thrown = await Assert.ThrowsAsync<InvalidModelPackageException>(() => ModelPackage.ComposeAsync(host.Models, node, Token));
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_of_known_length_is_one_of_any()
    {
        await using var host = await StartAsync(
            ModelNode.Sequence(ModelNode.Model("three@v1"), ModelNode.Model("pooled0@v1")),
            b => b.AddPredictor<Start3, float[]>("m@v1")
        );
        var features = NamedTensor.Create("features", [1, 3], 2f, 3, 4);
        var expected = await Server(host).PredictAsync(ModelReference.Parse("pooled0@v1"), new([features]), default, Token);
        Assert.Equal(expected.Value.Single().ToArray<float>(), (await host.Predictor<Start3, float[]>().PredictAsync(new(2), Token)).Value);
    }

    [Fact]
    public async Task Another_number_of_rows_than_asked_for_is_no_answer_of_a_member()
    {
        await using var host = Start();
        host.Packages.All[new("find", 1)] = Onnx(OnnxWriter.Find(width: 4));
        host.Packages.All[new("m", 1)] = await ComposedTests.ComposedAsync(host, ModelNode.Model("find@v1"));
        var picture = NamedTensor.Create("picture", [1, 4], 1f, 0, 1, 1);
        var thrown = await Assert.ThrowsAnyAsync<MlPlatformException>(async () =>
            await Server(host).PredictAsync(First, new([picture]), default, Token)
        );
        Assert.Contains("for 1 rows; 'found: int64[-1,2]' has 2 elements in each", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_takes_and_gives_rows_of_any_length()
    {
        await using var host = Start(b => b.AddPredictor<Series, Series>("turn@v1"));
        foreach (var length in new[] { 3, 1, 5 })
        {
            float[] values = [.. Enumerable.Range(length, length).Select(i => (float)i)];
            Assert.Equal(values.Reverse(), (await host.Predictor<Series, Series>("turn@v1").PredictAsync(new(values), Token)).Value.Values);
        }

        var all = await Server(host)
            .PredictAsync(ModelReference.Parse("turn@v1"), new([NamedTensor.Create("Values", [2, 2], 1f, 2, 3, 4)]), default, Token);
        Assert.Equal([2, 2], all.Value.Single().Shape);
        Assert.Equal([2f, 1, 4, 3], all.Value.Single().ToArray<float>());
    }

    private static ServingHost Start(Action<IMlPlatformBuilder>? configure = null)
    {
        var host = new ServingHost(b =>
        {
            b.AddModelFunction<Line, Pieces>("cut", Cut);
            b.AddModelFunction<Scored, Said>("say", s => new(s.Probability));
            b.AddModelFunction<Start3, Three>("three", s => new([s.From, s.From + 1, s.From + 2]));
            b.AddModelFunction<Series, Series>("turn", s => new([.. s.Values.Reverse()]));
            configure?.Invoke(b);
        });
        var all = host.Packages.All;
        all[new("cut", 1)] = () => ModelPackage.FromFunction<Line, Pieces>("cut");
        all[new("say", 1)] = () => ModelPackage.FromFunction<Scored, Said>("say");
        all[new("three", 1)] = () => ModelPackage.FromFunction<Start3, Three>("three");
        all[new("turn", 1)] = () => ModelPackage.FromFunction<Series, Series>("turn");
        all[new("tokens", 1)] = Onnx(OnnxWriter.Tokens());
        all[new("pooled0", 1)] = Onnx(OnnxWriter.Pooled([8, 3], 1), "probability");
        all[new("pooled1", 1)] = Onnx(OnnxWriter.Pooled([8, 3], 2), "probability");
        all[new("pairs", 1)] = Onnx(OnnxWriter.Pooled([8, 3], 1, batch: 2), "probability");
        all[new("fixed", 1)] = Onnx(OnnxWriter.Dense([3, 3], 1));
        return host;
    }

    private static Func<ModelPackage> Onnx(byte[] model, params string[] outputs)
    {
        var signature = OnnxRuntimeLoader.Describe(model);
        var kept = signature.Outputs.Where(o => outputs.Length == 0 || outputs.Contains(o.Name, StringComparer.Ordinal)).ToList();
        var package = ModelPackage.Create(
            new(ModelRuntime.Onnx, "1"),
            new(signature.Inputs, kept),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", model)
        );
        return () => package;
    }

    private static async Task<ServingHost> StartAsync(ModelNode root, Action<IMlPlatformBuilder>? configure = null)
    {
        var host = Start(configure);
        host.Packages.All[new("m", 1)] = await ComposedTests.ComposedAsync(host, root);
        return host;
    }

    private static async Task<IModelRunner> RunnerAsync(ServingHost host) =>
        await ComposedTests.LoadAsync(host, new OpenedModel(new("m", 1), host.Packages.All[new("m", 1)]()));

    private static IInferenceServer Server(ServingHost host) => host.Get<IInferenceServer>();

    private static Pieces Cut(Line line)
    {
        var words = line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new([.. words.Select(w => (long)w.Length)], [.. words.Select((_, i) => i + 1f)]);
    }

    private static float Expected(string text)
    {
        var pieces = Cut(new(text));
        return 1 / (1 + MathF.Exp(-pieces.Tokens.Zip(pieces.Mask, (t, m) => t * m).Average()));
    }

    private static TensorRequest Ask(int rows, int length) =>
        new([
            NamedTensor.Create<long>("tokens", [rows, length], [.. Enumerable.Range(0, rows * length).Select(i => i % 7L)]),
            NamedTensor.Create<float>("mask", [rows, length], [.. Enumerable.Range(0, rows * length).Select(i => i % 3f)]),
        ]);

    private sealed record Line(string Text);

    private sealed record Pieces(
        [property: System.ComponentModel.DataAnnotations.Schema.Column("tokens")] long[] Tokens,
        [property: System.ComponentModel.DataAnnotations.Schema.Column("mask")] float[] Mask
    );

    private sealed record Scored([property: System.ComponentModel.DataAnnotations.Schema.Column("probability")] float Probability);

    private sealed record Said(float Score);

    private sealed record Series(float[] Values);

    private sealed record Start3(float From);

    private sealed record Three(
        [property: Microsoft.ML.Data.VectorType(3)]
        [property: System.ComponentModel.DataAnnotations.Schema.Column("features")]
            float[] Features
    );
}
