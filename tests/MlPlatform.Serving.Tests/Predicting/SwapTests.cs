using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class SwapTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_swaps_fail_no_request_and_each_answer_is_of_one_version()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion").AddServing(o => o.ResidentVersions = 0));
        for (var version = 1; version <= 3; version++)
        {
            host.Packages.Add(version);
        }

        await host.Models.SetAliasAsync("m", "champion", 1);
        var predictor = host.Predictor<Request, float>();
        await predictor.PredictAsync(new(0), Token);
        var used = new ConcurrentDictionary<LoadedVersion, bool>();
        var load = new Load<int>(
            4,
            async () =>
            {
                var answer = await predictor.PredictAsync(new(0.5f), Token);
                Assert.Equal(ModelPackages.Answer(answer.ModelVersion.Version, 0.5f), answer.Value, 5);
                return answer.ModelVersion.Version;
            }
        );
        for (var swap = 1; swap <= 1000; swap++)
        {
            await host.Models.SetAliasAsync("m", "champion", (swap % 3) + 1);
            await host.Server.RefreshAsync("m", Token);
            used.TryAdd(host.Host.Predictors[0].Primary!, true);
        }

        var answers = await load.StopAsync();
        Assert.Equal([1, 2, 3], answers.Distinct().Order());
        Assert.Equal(1000, used.Count);
        await Task.WhenAll(used.Keys.Where(v => v != host.Host.Predictors[0].Primary).Select(v => v.Disposed))
            .WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task A_retired_version_is_disposed_by_its_last_lease_and_not_before()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion").AddServing(o => o.ResidentVersions = 0));
        host.Packages.Add(1);
        host.Packages.Add(2);
        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Server.RefreshAsync("m", Token);
        var old = host.Host.Predictors[0].Primary!;
        Assert.True(old.Leases.TryAcquire());
        await host.Models.SetAliasAsync("m", "champion", 2);
        await host.Server.RefreshAsync("m", Token);
        Assert.True(old.Leases.IsClosed);
        Assert.False(old.Disposed.IsCompleted);
        var slot = old.Slots.Rent();
        slot.Inputs.Set(0, 0, 0f);
        slot.Run(); // Its session is alive.
        Assert.Equal(ModelPackages.Answer(1), slot.Outputs.Ref<float>(0, 0), 5);
        old.Slots.Return(slot);
        old.Leases.Release();
        await old.Disposed.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task A_version_whose_lease_never_comes_back_is_left_in_memory_when_the_server_is_disposed()
    {
        var work = new FakeTimeProvider();
        var host = new ServingHost(b => b.AddPredictor<Request, float>("m@v1"), work: work);
        host.Packages.Add(1);
        await host.Server.RefreshAsync("m", Token);
        var version = host.Host.Predictors[0].Primary!;
        Assert.True(version.Leases.TryAcquire());
        var slot = version.Slots.Rent();
        var disposal = host.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        while (!disposal.IsCompleted)
        {
            Token.ThrowIfCancellationRequested();
            work.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await disposal;
        Assert.False(version.Disposed.IsCompleted);
        var thrown = Assert.Throws<OnnxRuntimeException>(slot.Run); // It would kill the process if it had been disposed.
        Assert.Contains("terminate", thrown.Message, StringComparison.Ordinal);
        version.Slots.Return(slot);
        version.Leases.Release();
        await version.Disposed.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Going_back_loads_nothing_while_the_version_before_is_resident()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        for (var version = 1; version <= 3; version++)
        {
            host.Packages.Add(version);
        }

        foreach (var version in (int[])[1, 2, 1, 2, 3, 2, 1])
        {
            await host.Models.SetAliasAsync("m", "champion", version);
            await host.Server.RefreshAsync("m", Token);
        }

        // Only the last step came after version 1 had to go for version 3.
        Assert.Equal([1, 2, 3, 1], (await host.EventsAsync(EventTypes.ModelLoaded)).Select(e => e.Subject.Version!.Value));
    }

    [Fact]
    public async Task A_candidate_that_was_rolled_back_does_not_push_out_the_version_before()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        for (var version = 1; version <= 3; version++)
        {
            host.Packages.Add(version);
        }

        foreach (var version in (int[])[1, 2])
        {
            await host.Models.SetAliasAsync("m", "champion", version);
            await host.Server.RefreshAsync("m", Token);
        }

        var rollouts = host.Get<IRollouts>();
        var rollout = await rollouts.StartAsync("m", 3, null, Token);
        await rollouts.RollBackAsync(rollout.Id, "test", Token);
        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Server.RefreshAsync("m", Token);
        Assert.Equal([1, 2, 3], (await host.EventsAsync(EventTypes.ModelLoaded)).Select(e => e.Subject.Version!.Value));
    }

    public static TheoryData<string, string> Broken =>
        new()
        {
            { "golden", "does not reproduce row 0 of 'golden.json': probability is 0.62" },
            { "goldenRow", "a golden row needs 'output'" },
            { "warmup", "\"text\" is no value of column 'x: float32'" },
            { "bytes", "is corrupt" },
            { "runtime", "needs runtime 'torch'; this server has 'mlnet', 'onnx'" },
            { "signature", "'y: float32' has no property in Request" },
            { "type", "has a type that cannot be served" },
            { "missing", "'model:m@v2' does not exist" },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_version_that_cannot_be_loaded_leaves_the_old_one_serving(string how, string message)
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        host.Packages.Add(1);
        Break(host.Packages, how);
        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Server.RefreshAsync("m", Token);
        await host.Models.SetAliasAsync("m", "champion", 2);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var e = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }

        var predictor = host.Predictor<Request, float>();
        Assert.Equal(1, (await predictor.PredictAsync(new(0), Token)).ModelVersion.Version);
        Assert.Contains(message, host.Server.List().Single().Error, StringComparison.Ordinal);
        Assert.Single(await host.EventsAsync(EventTypes.ModelLoadFailed));

        host.Packages.Add(2, ModelPackages.Golden("""[{"input":{"x":0},"output":{"probability":0.6224593}}]"""));
        await host.Server.RefreshAsync("m", Token);
        Assert.Equal(2, (await predictor.PredictAsync(new(0), Token)).ModelVersion.Version);
        Assert.Null(host.Server.List().Single().Error);
    }

    [Fact]
    public async Task An_alias_that_is_removed_leaves_its_last_version_serving()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        host.Packages.Add(1);
        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Server.RefreshAsync("m", Token);
        await host.Models.RemoveAliasAsync("m", "champion");
        await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
        Assert.Equal(1, (await host.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
    }

    private static void Break(ModelPackages packages, string how)
    {
        var id = new ModelVersionId("m", 2);
        switch (how)
        {
            case "golden":
                packages.Add(2, ModelPackages.Golden("""[{"input":{"x":0},"output":{"probability":0.7}}]"""));
                break;
            case "goldenRow":
                packages.Add(2, ModelPackages.Golden("""[{"input":{"x":0}}]"""));
                break;
            case "warmup":
                packages.Add(2, new("warmup.json", ModelFileRole.Warmup, "application/json", """[{"x":1},{"x":"text"}]"""u8.ToArray()));
                break;
            case "bytes":
                packages.Add(2);
                var whole = packages.All[id]();
                packages.All[id] = () => new(whole.Manifest, (_, _) => Task.FromResult(new byte[] { 1, 2, 3 }));
                break;
            case "runtime":
                packages.All[id] = () => Package(new("torch", "1"), ModelPackages.Logistic);
                break;
            case "signature":
                packages.All[id] = () =>
                    Package(new(ModelRuntime.Onnx, "1"), new([new("y", DataType.Float32)], ModelPackages.Logistic.Outputs));
                break;
            case "type":
                packages.All[id] = () =>
                    Package(new(ModelRuntime.Onnx, "1"), new([new("x", DataType.Uuid)], ModelPackages.Logistic.Outputs));
                break;
        }
    }

    private static ModelPackage Package(ModelRuntime runtime, ModelSignature signature) =>
        ModelPackage.Create(
            runtime,
            signature,
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([1], 0))
        );
}
