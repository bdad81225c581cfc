using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class InferenceServerTests
{
    private static readonly ModelReference Champion = ModelReference.Parse("m@champion");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_asked_together_are_answered_as_rows_asked_alone()
    {
        await using var host = await StartAsync();
        foreach (var rows in new[] { 1, 2, 3, 128, 129, 1000, 3 })
        {
            var values = Enumerable.Range(0, rows).Select(i => i * 0.01f).ToArray();
            var answer = await Server(host).PredictAsync(Champion, Ask(values), default, Token);
            var output = Assert.Single(answer.Value);
            Assert.Equal(("probability", DataType.Float32), (output.Name, output.Type));
            Assert.Equal([rows, 1], output.Shape);
            var alone = new List<float>();
            foreach (var value in values)
            {
                alone.Add(Numbers((await Server(host).PredictAsync(Champion, Ask(value), default, Token)).Value[0])[0]);
            }

            Assert.Equal(alone.Count, Numbers(output).Length);
            Assert.All(alone.Zip(Numbers(output)), p => Assert.Equal(p.First, p.Second, 1e-5f));
            Assert.All(values.Zip(alone), p => Assert.Equal(ModelPackages.Answer(1, p.First), p.Second, 1e-5f));
        }
    }

    [Fact]
    public async Task A_request_without_rows_has_an_answer_without_rows()
    {
        await using var host = await StartAsync();
        var answer = await Server(host).PredictAsync(Champion, Ask(), default, Token);
        Assert.Equal([0, 1], Assert.Single(answer.Value).Shape);
    }

    [Fact]
    public async Task What_a_version_has_done_is_counted_from_when_it_was_loaded()
    {
        await using var host = await StartAsync();
        await Server(host).DescribeAsync(Champion, Token);
        var before = Assert.Single(Server(host).ListStatistics());
        Assert.Equal((new ModelVersionId("m", 1), 0, 0, null), (before.Version, before.Rows, before.Success.Count, before.LastPrediction));
        Assert.Empty(before.Runs);
        foreach (var rows in new[] { 1, 3, 1, 500 })
        {
            await Server(host).PredictAsync(Champion, Ask(new float[rows]), default, Token);
        }

        await Assert.ThrowsAsync<PredictionInputException>(async () => await Server(host).PredictAsync(Champion, new([]), default, Token));
        var after = Assert.Single(Server(host).ListStatistics());
        Assert.Equal((505, 4, 0), (after.Rows, after.Success.Count, after.Failure.Count));
        Assert.Equal(host.Clock.GetUtcNow(), after.LastPrediction);
        Assert.Equal([(1, 2L), (3, 1L), (500, 1L)], after.Runs.Select(r => (r.Rows, r.Infer.Count)));
    }

    [Fact]
    public async Task A_model_of_a_fixed_number_of_rows_counts_its_runs_not_the_requests()
    {
        await using var host = await StartAsync();
        host.Packages.All[new("m", 1)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.Onnx, "1"),
                ModelPackages.Logistic,
                new ModelFileContent(
                    "model.onnx",
                    ModelFileRole.Model,
                    "application/onnx",
                    OnnxWriter.Logistic([1], 0.25f, type: 1, batch: 4)
                )
            );
        foreach (var rows in new[] { 1, 4, 9 })
        {
            await Server(host).PredictAsync(Champion, Ask(new float[rows]), default, Token);
        }

        var statistics = Assert.Single(Server(host).ListStatistics());
        Assert.Equal((14, 3), (statistics.Rows, statistics.Success.Count));
        Assert.Equal([(4, 1 + 1 + 3L)], statistics.Runs.Select(r => (r.Rows, r.Infer.Count)));
    }

    [Fact]
    public async Task A_model_is_described_by_its_tensors()
    {
        await using var host = await StartAsync();
        var model = await Server(host).DescribeAsync(Champion, Token);
        Assert.Equal((new ModelVersionId("m", 1), ModelRuntime.Onnx), (model.Version, model.Runtime));
        var input = Assert.Single(model.Inputs);
        Assert.Equal(("features", DataType.Float32), (input.Name, input.Type));
        Assert.Equal([-1, 1], input.Shape);
        Assert.Equal("probability", Assert.Single(model.Outputs).Name);
        Assert.Equal("m@champion", Assert.Single(Server(host).ListOpen()).Reference);
        Assert.Equal([1], model.Versions);
        host.Packages.Add(2);
        Assert.Equal([1, 2], (await Server(host).DescribeAsync(ModelReference.ByVersion("m", 2), Token)).Versions);
    }

    [Fact]
    public async Task Each_row_is_observed_under_an_id_of_its_own()
    {
        var observer = new RecordingObserver();
        await using var host = await StartAsync(b => b.Services.AddSingleton<IPredictionObserver>(observer));
        var id = PredictionId.Parse("0192f0c0000070008000000000000009");
        await Server(host).PredictAsync(Champion, Ask(1, 2, 3), new() { Id = id, Segment = "s" }, Token);
        Assert.Equal(
            ["0192f0c0000070008000000000000009", "0192f0c000007000800000000000000a", "0192f0c000007000800000000000000b"],
            observer.All.Select(s => s.Id.ToString())
        );
        Assert.Equal([1, 2, 3], observer.All.Select(s => s.Numeric[0]));
        Assert.All(observer.All, s => Assert.Equal("s", s.Segment));
    }

    public static TheoryData<string, TensorRequest> Misfits =>
        new()
        {
            { "Input 'features' is missing.", new([]) },
            { "Input 'features' is missing.", new([Numbers("other", [1, 1], 1)]) },
            { "no input 'other'; it has 'features'", new([Numbers("features", [1, 1], 1), Numbers("other", [1, 1], 1)]) },
            { "'features' is there twice", new([Numbers("features", [1, 1], 1), Numbers("features", [1, 1], 1)]) },
            { "'features' is of Int32; the model takes Float32", new([new("features", DataType.Int32, [1, 1], new byte[4])]) },
            { "'features' is of String; the model takes Float32", new([new("features", [1, 1], ["a"])]) },
            { "'features' has shape [1,2]; the model takes [-1,1]", new([Numbers("features", [1, 2], 1, 2)]) },
            { "'features' has shape [1,1,1]; the model takes [-1,1]", new([Numbers("features", [1, 1, 1], 1)]) },
            { "'features' has shape []; the model takes [-1,1]", new([Numbers("features", [], 1)]) },
            {
                "no output 'loss'; it has 'probability'",
                new([Numbers("features", [1, 1], 1)]) { Outputs = ["loss"] }
            },
            { "at most 1000 rows; this one has 1001", new([Numbers("features", [1001, 1], new float[1001])]) },
        };

    [Theory]
    [MemberData(nameof(Misfits), DisableDiscoveryEnumeration = true)]
    public async Task What_does_not_fit_the_model_is_refused(string message, TensorRequest request)
    {
        await using var host = await StartAsync(b => b.AddServing(o => o.MaxRequestRows = 1000));
        var thrown = await Assert.ThrowsAsync<PredictionInputException>(async () =>
            await Server(host).PredictAsync(Champion, request, default, Token)
        );
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        Assert.Equal(
            ModelPackages.Answer(1, 2),
            Numbers((await Server(host).PredictAsync(Champion, Ask(2), default, Token)).Value[0])[0],
            5
        );
    }

    [Fact]
    public async Task A_column_of_one_element_may_come_as_a_list()
    {
        await using var host = await StartAsync();
        var answer = await Server(host).PredictAsync(Champion, new([Numbers("features", [2], 1, 2)]), default, Token);
        Assert.Equal([2, 1], answer.Value[0].Shape);
    }

    [Fact]
    public async Task An_unknown_model_leaves_nothing_and_is_found_once_it_is_there()
    {
        await using var host = new ServingHost();
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<AssetNotFoundException>(async () => await Server(host).PredictAsync(Champion, Ask(1), default, Token));
        }

        Assert.Empty(Server(host).ListOpen());
        Assert.Null(host.Get<ModelServer>().Find("m"));
        host.Packages.Add(1);
        await host.Models.SetAliasAsync("m", "champion", 1);
        Assert.Equal(1, (await Server(host).PredictAsync(Champion, Ask(1), default, Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task A_broken_model_is_read_again_only_after_a_while()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = new ServingHost(work: work);
        var reads = 0;
        host.Packages.Opened += _ => Interlocked.Increment(ref reads);
        host.Packages.Add(1, ModelPackages.Golden("""[{"input":{"x":0},"output":{"probability":0.1}}]"""));
        await host.Models.SetAliasAsync("m", "champion", 1);
        for (var i = 0; i < 3; i++)
        {
            var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () =>
                await Server(host).PredictAsync(Champion, Ask(1), default, Token)
            );
            Assert.Contains("does not reproduce row 0", thrown.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, reads);
        host.Packages.Add(1);
        work.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, (await Server(host).PredictAsync(Champion, Ask(1), default, Token)).ModelVersion.Version);
        Assert.Equal(2, reads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_waits_for_a_load_no_longer_than_it_has_time(bool isTyped)
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"), work: work);
        using var mayLoad = new ManualResetEventSlim();
        var loads = new TaskCompletionSource();
        host.Packages.Opened += _ =>
        {
            loads.TrySetResult();
            mayLoad.Wait(Token);
        };
        host.Packages.Add(1);
        await host.Models.SetAliasAsync("m", "champion", 1);
        async Task<ModelVersionId> AskAsync(PredictOptions options) =>
            isTyped
                ? (await host.Predictor<Request, float>().PredictAsync(new(1), options, Token)).ModelVersion
                : (await Server(host).PredictAsync(Champion, Ask(1), options, Token)).ModelVersion;

        var late = AskAsync(new() { Timeout = TimeSpan.FromMilliseconds(20) });
        var patient = AskAsync(new() { Timeout = TimeSpan.FromSeconds(1) });
        var boundless = AskAsync(new() { Timeout = Timeout.InfiniteTimeSpan });
        await loads.Task;
        work.Advance(TimeSpan.FromMilliseconds(21));
        var thrown = await Assert.ThrowsAsync<PredictionTimeoutException>(() => late);
        Assert.Equal("'m@champion' was not loaded within 20 ms.", thrown.Message);
        Assert.Null(thrown.Version);
        mayLoad.Set();
        Assert.Equal(1, (await patient).Version);
        Assert.Equal(1, (await boundless).Version);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictOptions { Timeout = TimeSpan.FromMilliseconds(-2) });
    }

    [Fact]
    public async Task Of_too_many_models_the_one_not_used_for_longest_is_let_go()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = new ServingHost(b => b.AddServing(o => (o.MaxOpenModels, o.ResidentVersions) = (2, 0)), work: work);
        var reads = new List<string>();
        host.Packages.Opened += id => reads.Add(id.Name);
        LoadedVersion? first = null;
        foreach (var name in new[] { "a", "b", "a", "c", "a", "b" })
        {
            host.Packages.Add(1, model: name);
            work.Advance(TimeSpan.FromSeconds(1));
            var reference = ModelReference.ByVersion(name, 1);
            await Server(host).PredictAsync(reference, Ask(1), default, Token);
            first ??= name == "b" ? host.Get<ModelServer>().Find("b")!.Predictors[0].Primary : null;
            if (name == "c")
            {
                await first!.Disposed.WaitAsync(TimeSpan.FromSeconds(30), Token); // Behind the answer.
            }
        }

        Assert.Equal(["a", "b", "c", "b"], reads);
        Assert.Equal(["a@v1", "b@v1"], Server(host).ListOpen().TakeLast(2).Select(o => o.Reference));
    }

    [Theory]
    [InlineData(2.5, new[] { "b@v1", "c@v1" })] // Room for two.
    [InlineData(0.5, new[] { "c@v1" })] // For none: the one asked for stays.
    public async Task Of_models_that_have_no_room_those_not_used_for_longest_are_let_go(double models, string[] stay)
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var size = OnnxWriter.Logistic([1], 0.25f).Length;
        await using var host = new ServingHost(b => b.AddServing(o => o.MaxOpenModelBytes = (long)(models * size)), work: work);
        var gone = new List<LoadedVersion>();
        foreach (var name in new[] { "a", "b", "c" })
        {
            host.Packages.Add(1, model: name);
            work.Advance(TimeSpan.FromSeconds(1));
            var reference = ModelReference.ByVersion(name, 1);
            await Server(host).PredictAsync(reference, Ask(1), default, Token);
            if (!stay.Contains(reference.ToString()))
            {
                gone.Add(host.Get<ModelServer>().Find(name)!.Predictors[0].Primary!);
            }
        }

        Assert.All(gone, v => Assert.Equal(size, v.Bytes));
        await Task.WhenAll(gone.Select(v => v.Disposed)).WaitAsync(TimeSpan.FromSeconds(30), Token); // Behind the answer.
        Assert.Equal(stay, Server(host).ListOpen().Select(o => o.Reference));
    }

    [Fact]
    public async Task A_version_that_needs_more_room_than_the_one_before_takes_it_from_others()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var size = OnnxWriter.Logistic([1], 0.25f).Length;
        await using var host = new ServingHost(
            b => b.AddServing(o => (o.MaxOpenModelBytes, o.ResidentVersions) = ((long)(2.5 * size), 0)),
            work: work
        );
        host.Packages.Add(1, model: "other");
        host.Packages.Add(1);
        await host.Models.SetAliasAsync("m", "champion", 1);
        await Server(host).DescribeAsync(ModelReference.ByVersion("other", 1), Token);
        work.Advance(TimeSpan.FromSeconds(1));
        await Server(host).DescribeAsync(Champion, Token);
        Assert.Equal(["other@v1", "m@champion"], Server(host).ListOpen().Select(o => o.Reference));

        var larger = new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Dense([1, size, 1], 1));
        host.Packages.All[new("m", 2)] = () => ModelPackage.Create(new(ModelRuntime.Onnx, "1"), ModelPackages.Logistic, larger);
        await host.Models.SetAliasAsync("m", "champion", 2);
        await host.Server.RefreshAsync("m", Token);
        Assert.Equal(["m@champion"], Server(host).ListOpen().Select(o => o.Reference));
    }

    [Fact]
    public async Task Models_of_predictors_take_no_room_from_those_that_are_opened()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var room = OnnxWriter.Logistic([1], 0.25f).Length * 2;
        await using var host = new ServingHost(
            b => b.AddPredictor<Request, float>("m@v1").AddServing(o => o.MaxOpenModelBytes = room),
            work: work
        );
        LoadedVersion? first = null;
        foreach (var name in new[] { "a", "b", "m", "c" })
        {
            host.Packages.Add(1, model: name);
            work.Advance(TimeSpan.FromSeconds(1));
            await Server(host).PredictAsync(ModelReference.ByVersion(name, 1), Ask(1), default, Token);
            first ??= host.Get<ModelServer>().Find("a")!.Predictors[0].Primary;
        }

        await first!.Disposed.WaitAsync(TimeSpan.FromSeconds(30), Token); // Behind the answer.
        Assert.Equal(["b@v1", "m@v1", "c@v1"], Server(host).ListOpen().Select(o => o.Reference));
    }

    [Fact]
    public async Task More_models_in_use_than_may_be_open_are_all_answered()
    {
        await using var host = new ServingHost(b => b.AddServing(o => o.MaxOpenModels = 1));
        var models = Enumerable.Range(0, 12).Select(i => $"m{i}").ToList();
        models.ForEach(m => host.Packages.Add(1, model: m));
        await Task.WhenAll(
            models.Select(m =>
                Task.Run(
                    async () =>
                    {
                        for (var i = 0; i < 25; i++)
                        {
                            await Server(host).PredictAsync(ModelReference.ByVersion(m, 1), Ask(1), default, Token);
                        }
                    },
                    Token
                )
            )
        );
        while (Server(host).ListOpen().Count > 1)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield(); // Let go of behind the last answers.
        }
    }

    [Fact]
    public async Task A_model_is_followed_once_however_many_references_are_opened_and_closed()
    {
        await using var host = await StartAsync(b => b.AddPredictor<Request, float>("m@champion").AddServing(o => o.MaxOpenModels = 1));
        await host.Get<IEnumerable<IPlatformService>>().OfType<ModelServerService>().Single().StartAsync(Token);
        foreach (var reference in new[] { "m@champion", "m@v1", "m@champion", "m@v1" })
        {
            await Server(host).DescribeAsync(ModelReference.Parse(reference), Token);
        }

        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Get<IEnumerable<IPlatformService>>().OfType<ModelServerService>().Single().StopAsync(Token);
        Assert.InRange(host.Models.Watches, 0, 1); // None, if it was stopped before it began.
    }

    [Fact]
    public async Task A_model_that_was_unloaded_is_not_opened_by_requests_but_when_it_is_loaded()
    {
        await using var host = await StartAsync(b => b.AddPredictor<Request, float>("m@champion"));
        Assert.Equal(1, (await Server(host).PredictAsync(Champion, Ask(1), default, Token)).ModelVersion.Version);
        await Server(host).UnloadAsync("m", Token);
        Assert.Equal(["m"], Server(host).ListUnloaded());
        Assert.Empty(Server(host).ListOpen());
        foreach (var reference in new[] { Champion, ModelReference.ByVersion("m", 1) })
        {
            var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () =>
                await Server(host).PredictAsync(reference, Ask(1), default, Token)
            );
            Assert.Contains("was unloaded. Load it", thrown.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<ModelUnavailableException>(async () => await Server(host).DescribeAsync(reference, Token));
        }

        Assert.Equal(1, (await host.Predictor<Request, float>().PredictAsync(new(0.5f), Token)).ModelVersion.Version);
        await Server(host).UnloadAsync("m", Token); // Again changes nothing.
        await Server(host).LoadAsync(Champion, Token);
        Assert.Empty(Server(host).ListUnloaded());
        await Server(host).PredictAsync(Champion, Ask(1), default, Token);
    }

    [Fact]
    public async Task What_is_not_open_is_unloaded_too_unless_there_is_no_such_model()
    {
        await using var host = await StartAsync();
        await Server(host).UnloadAsync("m", Token);
        await Assert.ThrowsAsync<ModelUnavailableException>(async () => await Server(host).DescribeAsync(Champion, Token));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Server(host).UnloadAsync("absent", Token));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Server(host).UnloadAsync("m\0", Token));
        Assert.Equal(["m"], Server(host).ListUnloaded());
    }

    [Fact]
    public async Task No_request_fails_when_its_model_is_swapped_or_closed_again_and_again()
    {
        await using var host = await StartAsync(b => b.AddServing(o => (o.ResidentVersions, o.MaxOpenModels) = (0, 1)));
        host.Packages.Add(2);
        host.Packages.Add(1, model: "other");
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var load = new Load<int>(
            4,
            async () =>
            {
                var answer = await Server(host).PredictAsync(Champion, Ask(0.5f, 1), default, Token);
                var version = answer.ModelVersion.Version;
                Volatile.Read(ref answered).TrySetResult();
                Assert.Equal(ModelPackages.Answer(version, 0.5f), Numbers(answer.Value[0])[0], 5);
                Assert.Equal(ModelPackages.Answer(version, 1), Numbers(answer.Value[0])[1], 5);
                return version;
            }
        );
        for (var round = 0; round < 100; round++)
        {
            await host.Models.SetAliasAsync("m", "champion", (round % 2) + 1);
            if (host.Get<ModelServer>().Find("m") is { } model && round % 3 > 0)
            {
                try
                {
                    await model.RefreshAsync(Token);
                }
                catch (ObjectDisposedException)
                {
                    // Closed by the round before.
                }
            }
            else
            {
                await Server(host).DescribeAsync(ModelReference.ByVersion("other", 1), Token); // There is room for one.
            }

            Volatile.Write(ref answered, new(TaskCreationOptions.RunContinuationsAsynchronously));
            await Volatile.Read(ref answered).Task.WaitAsync(TimeSpan.FromSeconds(30), Token); // Between two rounds somebody is answered.
        }

        Assert.Equal([1, 2], (await load.StopAsync()).Distinct().Order());
    }

    [Fact]
    public async Task A_canary_and_a_shadow_take_requests_by_tensors_too()
    {
        var observer = new RecordingObserver();
        await using var host = await StartAsync(b => b.Services.AddSingleton<IPredictionObserver>(observer));
        host.Packages.Add(2);
        await Server(host).DescribeAsync(Champion, Token);
        var model = host.Get<ModelServer>().Find("m")!;
        var rollouts = host.Get<IRollouts>();
        var rollout = await rollouts.StartAsync("m", 2, new() { Shadow = true, Steps = [50] }, Token);
        await model.RefreshAsync(Token);
        await Server(host).PredictAsync(Champion, Ask(1, 2, 3), default, Token);
        await model.Predictors[0].DrainShadowAsync();
        Assert.Equal([1, 2, 3], observer.All.Where(s => s.Route == PredictionRoute.Shadow).Select(s => s.Numeric[0]));
        Assert.Equal(6, observer.All.Select(s => s.Id).Distinct().Count());

        await rollouts.RollBackAsync(rollout.Id, "enough", Token);
        await rollouts.StartAsync("m", 2, new() { Steps = [50] }, Token);
        await model.RefreshAsync(Token);
        var versions = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            versions.Add((await Server(host).PredictAsync(Champion, Ask(i), new() { RoutingKey = $"u{i}" }, Token)).ModelVersion.Version);
        }

        Assert.InRange(versions.Count(v => v == 2), 25, 75);
    }

    private static async Task<ServingHost> StartAsync(Action<IMlPlatformBuilder>? configure = null)
    {
        var host = new ServingHost(configure);
        host.Packages.Add(1);
        await host.Models.SetAliasAsync("m", "champion", 1);
        return host;
    }

    private static IInferenceServer Server(ServingHost host) => host.Get<IInferenceServer>();

    private static TensorRequest Ask(params float[] values) => new([Numbers("features", [values.Length, 1], values)]);

    private static NamedTensor Numbers(string name, long[] shape, params float[] values) => NamedTensor.Create<float>(name, shape, values);

    private static float[] Numbers(NamedTensor tensor) => tensor.ToArray<float>();
}
