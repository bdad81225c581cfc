using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class VariableShapeTests
{
    private static readonly ModelReference Champion = ModelReference.Parse("m@champion");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Texts_of_any_length_are_answered_at_once_by_many()
    {
        await using var host = await StartAsync();
        var model = await Server(host).DescribeAsync(Champion, Token);
        Assert.Equal(["tokens [-1,-1]", "mask [-1,-1]"], model.Inputs.Select(i => $"{i.Name} [{string.Join(',', i.Shape)}]"));
        Assert.Equal(["weighted [-1,-1]", "probability [-1,1]"], model.Outputs.Select(i => $"{i.Name} [{string.Join(',', i.Shape)}]"));
        await Parallel.ForAsync(
            0,
            8,
            Token,
            async (task, token) =>
            {
                for (var i = 0; i < 40; i++)
                {
                    var (rows, length) = (1 + ((task + i) % 3), 1 + ((task * 7) + (i * 5)) % 23);
                    var (tokens, mask) = Values(rows * length, task + i);
                    var answer = await Server(host).PredictAsync(Champion, Ask(rows, length, tokens, mask), default, token);
                    var weighted = answer.Value[0];
                    Assert.Equal([rows, length], weighted.Shape);
                    Assert.Equal(tokens.Zip(mask, (t, m) => t * m), weighted.ToArray<float>());
                    Assert.Equal([rows, 1], answer.Value[1].Shape);
                    var means = weighted.ToArray<float>().Chunk(length).Select(row => 1 / (1 + MathF.Exp(-row.Average())));
                    Assert.All(means.Zip(answer.Value[1].ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5f));
                }
            }
        );
        var statistics = Assert.Single(Server(host).ListStatistics());
        Assert.Equal((320, 0), (statistics.Success.Count, statistics.Failure.Count));
    }

    public static TheoryData<string, TensorRequest> Misfits =>
        new()
        {
            { "'mask' has 2 in dimension 1 (length), input 'tokens' has 3", new([Tokens([1, 3], 1, 2, 3), Mask([1, 2], 1, 1)]) },
            { "'tokens' has 0 in dimension 1; 1 to 8 is allowed (MaxVariableDimension)", new([Tokens([1, 0]), Mask([1, 0])]) },
            { "'tokens' has 9 in dimension 1; 1 to 8 is allowed", new([Tokens([1, 9], new long[9]), Mask([1, 9], new float[9])]) },
            { "'tokens' has shape [3]; the model takes [-1,-1]", new([Tokens([3], 1, 2, 3), Mask([3], 1, 1, 1)]) },
            { "'mask' has 1 rows, others 2", new([Tokens([2, 1], 1, 2), Mask([1, 2], 1, 1)]) },
            { "Input 'mask' is missing", new([Tokens([1, 1], 1)]) },
        };

    [Fact]
    public async Task Memory_is_kept_for_the_shapes_that_were_asked_for_last()
    {
        await using var host = await StartAsync();
        await Server(host).DescribeAsync(Champion, Token);
        var version = host.Get<ModelServer>().Find("m")!.Predictors[0].Primary!;
        BufferLayout Of(long length) => version.Inputs.With(_ => [-1, length], 4096);
        var slot = version.Rent(1, Of(5));
        var meanwhile = version.Rent(1, Of(5));
        Assert.NotSame(slot, meanwhile); // One is for one request at a time.
        version.Return(slot);
        Assert.NotSame(slot, version.Rent(1, Of(6)));
        Assert.NotSame(slot, version.Rent(2, Of(5)));
        Assert.Same(slot, version.Rent(1, Of(5)));
        version.Return(slot);
        for (var length = 10; length < 10 + 32; length++)
        {
            version.Return(version.Rent(1, Of(length)));
        }

        var other = version.Rent(1, Of(5)); // The shapes asked for since have taken its place.
        Assert.NotSame(slot, other);
        version.Return(other);
        var large = version.Rent(1024, Of(4096)); // 48 MB.
        version.Return(large);
        Assert.NotSame(large, version.Rent(1024, Of(4096)));
    }

    [Theory]
    [MemberData(nameof(Misfits), DisableDiscoveryEnumeration = true)]
    public async Task Shapes_that_no_request_has_are_refused(string message, TensorRequest request)
    {
        await using var host = await StartAsync(b => b.AddServing(o => o.MaxVariableDimension = 8));
        var thrown = await Assert.ThrowsAsync<PredictionInputException>(async () =>
            await Server(host).PredictAsync(Champion, request, default, Token)
        );
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_with_arrays_has_any_length()
    {
        await using var host = await StartAsync(b => b.AddPredictor<Words, Weighted>("m@champion"));
        var predictor = host.Predictor<Words, Weighted>();
        foreach (var length in new[] { 1, 6, 2 })
        {
            var (tokens, mask) = Values(length, length);
            var answer = await predictor.PredictAsync(new(tokens, mask), Token);
            Assert.Equal(tokens.Zip(mask, (t, m) => t * m), answer.Value.Of);
            Assert.Equal(1 / (1 + MathF.Exp(-answer.Value.Of.Average())), answer.Value.Probability, 1e-5f);
        }

        foreach (
            var (words, message) in new[]
            {
                (new Words([1, 2], [1]), "'mask' has 1 in dimension 1 (length), input 'tokens' has 2"),
                (new Words([], []), "'tokens' has 0 in dimension 1"),
                (new Words(null!, null!), "'tokens' has 0 in dimension 1"),
            }
        )
        {
            var thrown = await Assert.ThrowsAsync<PredictionInputException>(async () => await predictor.PredictAsync(words, Token));
            Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pictures_of_any_size_are_answered()
    {
        await using var host = await StartAsync(model: OnnxWriter.Picture());
        foreach (var (height, width) in new[] { (2L, 3L), (5L, 1L) })
        {
            var picture = Enumerable.Range(0, (int)(3 * height * width)).Select(i => (float)i).ToArray();
            var answer = await Server(host)
                .PredictAsync(Champion, new([NamedTensor.Create("picture", [1, 3, height, width], picture)]), default, Token);
            Assert.Equal([1, 3, height, width], answer.Value[0].Shape);
            Assert.Equal(picture.Select(p => -p), answer.Value[0].ToArray<float>());
        }
    }

    [Fact]
    public async Task A_record_cannot_say_two_dimensions()
    {
        await using var host = await StartAsync(b => b.AddPredictor<Picture, float[]>("m@champion"), OnnxWriter.Picture());
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () =>
            await host.Predictor<Picture, float[]>().PredictAsync(new([1]), Token)
        );
        Assert.Contains("more than one variable dimension", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_may_fix_what_a_model_leaves_open()
    {
        var columns = new[] { "picture", "negative" }.Select(n => new DataColumn(n, DataType.Float32) { Shape = [-1, 3, 2, 2] }).ToList();
        await using var host = await StartAsync(model: OnnxWriter.Picture(), signature: new([columns[0]], [columns[1]]));
        var answer = await Server(host)
            .PredictAsync(Champion, new([NamedTensor.Create("picture", [2, 3, 2, 2], new float[24])]), default, Token);
        Assert.Equal([2, 3, 2, 2], answer.Value[0].Shape);
        var thrown = await Assert.ThrowsAsync<PredictionInputException>(async () =>
            await Server(host).PredictAsync(Champion, new([NamedTensor.Create("picture", [1, 3, 1, 1], new float[3])]), default, Token)
        );
        Assert.Contains("the model takes [-1,3,2,2]", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"input":{"tokens":[1,2],"mask":[1,2]},"output":{"weighted":[1,4],"probability":0.92414}}]""", null)]
    [InlineData("""[{"input":{"tokens":[1,2],"mask":[1,2]},"output":{"weighted":[1,5]}}]""", "weighted is 4, expected 5")]
    [InlineData("""[{"input":{"tokens":[1,2],"mask":[1,2]},"output":{"weighted":[1]}}]""", "weighted has 2 elements, expected 1")]
    [InlineData("""[{"input":{"tokens":[1,2],"mask":[1]},"output":{}}]""", "'mask' has 1 in dimension 1 (length)")]
    [InlineData("""[{"input":{"tokens":[1,2]},"output":{}}]""", "a row needs 'mask: float32[-1,-1]'")]
    [InlineData("""[{"input":{"tokens":[[1,2]],"mask":[1,2]},"output":{}}]""", "[[1,2]] is no value of column 'tokens")]
    public async Task Golden_rows_have_lengths_of_their_own(string json, string? problem)
    {
        await using var host = await StartAsync(extra: ModelPackages.Golden(json));
        if (problem is null)
        {
            await Server(host).DescribeAsync(Champion, Token);
            return;
        }

        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () => await Server(host).DescribeAsync(Champion, Token));
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arrays_in_arrays_are_pictures()
    {
        var golden = ModelPackages.Golden(
            """[{"input":{"picture":[[[1,2]],[[3,4]],[[5,6]]]},"output":{"negative":[[[-1,-2]],[[-3,-4]],[[-5,-6]]]}}]"""
        );
        await using var host = await StartAsync(model: OnnxWriter.Picture(), extra: golden);
        Assert.Equal(1, (await Server(host).DescribeAsync(Champion, Token)).Version.Version);
    }

    [Fact]
    public async Task A_version_is_warmed_up_with_its_own_rows()
    {
        var rows = new ModelFileContent(
            "warmup.json",
            ModelFileRole.Warmup,
            "application/json",
            Encoding.UTF8.GetBytes("""[{"tokens":[1,2,3],"mask":[1,1,1]},{"tokens":[4],"mask":[0]}]""")
        );
        await using var host = await StartAsync(extra: rows);
        await Server(host).DescribeAsync(Champion, Token);
        await host.Models.SetAliasAsync("m", "other", 1);

        var wrong = rows with { Content = Encoding.UTF8.GetBytes("""[{"tokens":[1,2,3],"mask":[1,1]}]""") };
        await using var refused = await StartAsync(extra: wrong);
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () => await Server(refused).DescribeAsync(Champion, Token));
        Assert.Contains("File 'warmup.json': Input 'mask' has 2 in dimension 1", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_one_row_takes_one_of_any_length()
    {
        await using var host = await StartAsync(model: OnnxWriter.Tokens(batch: 1));
        var (tokens, mask) = Values(6, 1);
        Assert.Equal([1, 6], (await Server(host).PredictAsync(Champion, Ask(1, 6, tokens, mask), default, Token)).Value[0].Shape);
        var thrown = await Assert.ThrowsAsync<PredictionInputException>(async () =>
            await Server(host).PredictAsync(Champion, Ask(2, 3, tokens, mask), default, Token)
        );
        Assert.Contains(
            "takes 1 at a time, since shapes vary from row to row; the request has 2 rows",
            thrown.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_model_may_find_any_number_of_things_in_one_picture()
    {
        await using var host = await StartAsync(b => b.AddPredictor<Picture, long[]>("m@champion"), OnnxWriter.Find(width: 4));
        foreach (var (picture, found) in new[] { ("1011", "0,0,2,0,3,0"), ("0000", ""), ("0100", "1,0") })
        {
            float[] pixels = [.. picture.Select(c => c - '0')];
            var answer = await Server(host).PredictAsync(Champion, new([NamedTensor.Create("picture", [1, 4], pixels)]), default, Token);
            Assert.Equal([(found.Length + 1) / 4, 2], answer.Value[0].Shape);
            Assert.Equal(found, string.Join(',', answer.Value[0].ToArray<long>()));
            Assert.Equal(found, string.Join(',', (await host.Predictor<Picture, long[]>().PredictAsync(new(pixels), Token)).Value));
        }
    }

    [Fact]
    public async Task A_shadow_and_a_canary_take_them_too()
    {
        var observer = new RecordingObserver();
        await using var host = await StartAsync(b => b.Services.AddSingleton<IPredictionObserver>(observer));
        host.Packages.All[new("m", 2)] = host.Packages.All[new("m", 1)];
        await Server(host).DescribeAsync(Champion, Token);
        var model = host.Get<ModelServer>().Find("m")!;
        var rollouts = host.Get<IRollouts>();
        var rollout = await rollouts.StartAsync("m", 2, new() { Shadow = true, Steps = [50] }, Token);
        await model.RefreshAsync(Token);
        var expected = new List<double>();
        foreach (var length in new[] { 1, 4, 2 })
        {
            var (tokens, mask) = Values(length, length);
            var answer = await Server(host).PredictAsync(Champion, Ask(1, length, tokens, mask), default, Token);
            expected.Add(answer.Value[1].ToArray<float>()[0]);
        }

        await model.Predictors[0].DrainShadowAsync();
        Assert.Equal(expected, observer.All.Where(s => s.Route == PredictionRoute.Shadow).Select(s => s.Scores[0]));

        await rollouts.RollBackAsync(rollout.Id, "enough", Token);
        await rollouts.StartAsync("m", 2, new() { Steps = [50] }, Token);
        await model.RefreshAsync(Token);
        var versions = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            var (tokens, mask) = Values(1 + (i % 9), i);
            var request = Ask(1, tokens.Length, tokens, mask);
            versions.Add((await Server(host).PredictAsync(Champion, request, new() { RoutingKey = $"u{i}" }, Token)).ModelVersion.Version);
        }

        Assert.Equal([1, 2], versions.Distinct().Order());
    }

    [Fact]
    public async Task Requests_of_the_same_shape_share_runs_of_a_heavy_model()
    {
        await using var host = await StartAsync(model: OnnxWriter.Pooled([2048, 2048, 2], 1), work: TimeProvider.System);
        await Server(host).DescribeAsync(Champion, Token);
        var version = host.Get<ModelServer>().Find("m")!.Predictors[0].Primary!;
        var alone = new Dictionary<int, float[]>();
        for (var i = 0; i < 8; i++)
        {
            var answer = await Server(host).PredictAsync(Champion, Features(i), default, Token);
            alone[i] = answer.Value.Single(t => t.Name == "probability").ToArray<float>();
        }

        for (var round = 0; round < 100 && !version.GetStatistics().Runs.Any(r => r.Rows > 2); round++) // Beside other work it may take some to learn that sharing pays.
        {
            await Parallel.ForAsync(
                0,
                32,
                new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token },
                async (i, token) =>
                {
                    var answer = await Server(host).PredictAsync(Champion, Features(i % 8), default, token);
                    var centred = answer.Value.Single(t => t.Name == "centred");
                    Assert.Equal([1, LengthOf(i % 8)], centred.Shape);
                    Assert.Equal(0, centred.ToArray<float>().Sum(), 0.01f);
                    var probability = answer.Value.Single(t => t.Name == "probability").ToArray<float>();
                    Assert.All(probability.Zip(alone[i % 8]), p => Assert.Equal(p.Second, p.First, 1e-4f));
                }
            );
        }

        Assert.Contains(version.GetStatistics().Runs, r => r.Rows > 2);

        static int LengthOf(int i) => i < 6 ? 16 : 20;

        static TensorRequest Features(int i) =>
            new([
                NamedTensor.Create<float>("features", [1, LengthOf(i)], [.. Enumerable.Range(0, LengthOf(i)).Select(e => (float)(i + e))]),
            ]);
    }

    private static async Task<ServingHost> StartAsync(
        Action<IMlPlatformBuilder>? configure = null,
        byte[]? model = null,
        ModelSignature? signature = null,
        ModelFileContent? extra = null,
        TimeProvider? work = null
    )
    {
        model ??= OnnxWriter.Tokens();
        signature ??= OnnxRuntimeLoader.Describe(model);
        var host = new ServingHost(configure, work: work);
        host.Packages.All[new("m", 1)] = () =>
        {
            var file = new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", model);
            var package = ModelPackage.Create(new(ModelRuntime.Onnx, "1"), signature, file);
            return extra is null ? package : package.WithFile(extra);
        };
        await host.Models.SetAliasAsync("m", "champion", 1);
        return host;
    }

    private static IInferenceServer Server(ServingHost host) => host.Get<IInferenceServer>();

    private static (long[] Tokens, float[] Mask) Values(int count, int seed) =>
        ([.. Enumerable.Range(0, count).Select(i => (long)((i + seed) % 7))], [.. Enumerable.Range(0, count).Select(i => (i * seed) % 3f)]);

    private static TensorRequest Ask(long rows, long length, long[] tokens, float[] mask) =>
        new([Tokens([rows, length], tokens), Mask([rows, length], mask)]);

    private static NamedTensor Tokens(long[] shape, params long[] values) => NamedTensor.Create<long>("tokens", shape, values);

    private static NamedTensor Mask(long[] shape, params float[] values) => NamedTensor.Create<float>("mask", shape, values);
}
