using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class WarmUpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_that_refuses_made_up_rows_is_warmed_up_with_zeros()
    {
        await using var host = await StartAsync(x => x is 0 or 0.5f ? x : throw new InvalidOperationException($"no {x}"));
        await host.Server.RefreshAsync("m", Token);
        Assert.Equal(0.5f, (await host.Predictor<Request, float>().PredictAsync(new(0.5f), Token)).Value);
    }

    [Fact]
    public async Task A_model_that_refuses_zeros_too_says_what_it_needs()
    {
        await using var host = await StartAsync(x => x > 1000 ? x : throw new InvalidOperationException($"no {x}"));
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
        Assert.Contains("m@v1 failed while it was warmed up: no 0", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("of role Warmup", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_load_that_does_not_end_is_given_up_on_and_neither_the_version_before_nor_the_end_waits_for_it(bool isRead)
    {
        using var mayEnd = new ManualResetEventSlim();
        var begun = 0;
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var runtime = new ScriptedRuntime
        {
            Models =
            {
                [1] = x => x,
                [2] = x => isRead ? x : Endless(x),
                [3] = x => 2 * x,
            },
        };
        await using var host = new ServingHost(
            b =>
            {
                b.Services.AddSingleton<IModelRuntime>(runtime);
                b.AddPredictor<Request, float>("m@champion");
            },
            work: work
        );
        foreach (byte version in new[] { 1, 2, 3 })
        {
            ScriptedRuntime.Add(host.Packages, version);
        }

        host.Packages.Opened += id => _ = isRead && id.Version == 2 ? Endless(0) : 0;
        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Server.RefreshAsync("m", Token);
        await host.Models.SetAliasAsync("m", "champion", 2);
        var refresh = host.Server.RefreshAsync("m", Token);
        while (Volatile.Read(ref begun) == 0)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Equal(1, (await AskAsync(host)).ModelVersion.Version);
        work.Advance(TimeSpan.FromMinutes(5));
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => refresh);
        Assert.Contains("took longer than 300 s.", thrown.Message, StringComparison.Ordinal);
        Assert.Single(await host.EventsAsync(EventTypes.ModelLoadFailed));
        if (!isRead) // Another read of an alias may be one of another version.
        {
            thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Server.RefreshAsync("m", Token));
            Assert.Contains("has not ended yet", thrown.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await AskAsync(host)).ModelVersion.Version);
        await host.Models.SetAliasAsync("m", "champion", 3);
        await host.Server.RefreshAsync("m", Token);
        Assert.Equal(3, (await AskAsync(host)).ModelVersion.Version);

        await host.Models.SetAliasAsync("m", "champion", 2);
        mayEnd.Set();
        while (await TryRefreshAsync(host) is { } failure)
        {
            Assert.Contains("has not ended yet", failure.Message, StringComparison.Ordinal); // In the moment after.
        }

        Assert.Equal(2, (await AskAsync(host)).ModelVersion.Version);

        float Endless(float x)
        {
            Interlocked.Exchange(ref begun, 1);
            mayEnd.Wait(Token);
            return x;
        }
    }

    [Fact]
    public async Task What_is_closed_does_not_wait_for_a_load()
    {
        using var mayEnd = new ManualResetEventSlim();
        var loads = new TaskCompletionSource();
        Task refresh;
        var host = await StartAsync(x =>
        {
            loads.TrySetResult();
            mayEnd.Wait(Token);
            return x;
        });
        await using (host)
        {
            refresh = host.Server.RefreshAsync("m", Token);
            await loads.Task;
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => refresh);
        mayEnd.Set();
    }

    [Fact]
    public async Task A_model_that_loops_is_stopped_when_its_load_is_given_up_on()
    {
        var work = new FakeTimeProvider(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = new ServingHost(work: work);
        Loop(host, long.MaxValue);
        Assert.Contains("took longer than 300 s.", await FailAsync(), StringComparison.Ordinal);
        while (await FailAsync() is var failure && !failure.Contains("took longer than 300 s.", StringComparison.Ordinal)) // Begun anew.
        {
            Assert.Contains("has not ended yet", failure, StringComparison.Ordinal); // In the moment after.
        }

        async Task<string> FailAsync()
        {
            var load = host.Get<IInferenceServer>().LoadAsync(ModelReference.ByVersion("m", 1), Token);
            while (!load.IsCompleted)
            {
                Token.ThrowIfCancellationRequested();
                work.Advance(TimeSpan.FromMinutes(1));
                await Task.Yield();
            }

            return (await Assert.ThrowsAsync<ModelUnavailableException>(() => load)).Message;
        }
    }

    [Fact]
    public async Task To_unload_a_model_ends_its_load()
    {
        await using var host = new ServingHost();
        Loop(host, long.MaxValue);
        var server = host.Get<IInferenceServer>();
        var champion = ModelReference.ByAlias("m", "champion");
        await host.Models.SetAliasAsync("m", "champion", 1);
        var load = server.LoadAsync(champion, Token);
        var other = server.LoadAsync(ModelReference.ByVersion("m", 1), Token);
        Assert.Equal(2, server.ListOpen().Count);
        await server.UnloadAsync("m", Token);
        Assert.Empty(server.ListOpen());
        foreach (var waiting in new[] { load, other })
        {
            var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => waiting);
            Assert.Contains("was unloaded", thrown.Message, StringComparison.Ordinal);
        }

        Loop(host, 1);
        await server.LoadAsync(champion, Token);
        Assert.Single(server.ListOpen());
    }

    private static ValueTask<Prediction<float>> AskAsync(ServingHost host) =>
        host.Predictor<Request, float>().PredictAsync(new(0.5f), Token);

    private static async Task<Exception?> TryRefreshAsync(ServingHost host) =>
        await Record.ExceptionAsync(() => host.Server.RefreshAsync("m", Token));

    [Theory]
    [InlineData(1L << 31, "has a dimension of 2147483648")]
    [InlineData((1L << 32) + 2, "has a dimension of 4294967298")]
    [InlineData(1 << 26, "needs 536,870,912 bytes for the values of one row")]
    [InlineData(0, "has no inputs")]
    public async Task Models_of_absurd_shapes_are_refused(long size, string message)
    {
        await using var host = new ServingHost();
        var model = size == 0 ? OnnxWriter.Copy(hasInput: false, 1, 1) : OnnxWriter.Copy(hasInput: true, "n", size);
        DataColumn[] columns = [new("x", DataType.Float32) { Shape = [-1, (int)Math.Min(size, int.MaxValue)] }];
        host.Packages.All[new("m", 1)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.Onnx, "1"),
                new(size == 0 ? [] : columns, [new("y", DataType.Float32) { Shape = [-1, (int)Math.Clamp(size, 1, int.MaxValue)] }]),
                new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", model)
            );
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(async () =>
            await host.Get<IInferenceServer>().DescribeAsync(ModelReference.ByVersion("m", 1), Token)
        );
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }

    private static void Loop(ServingHost host, long times) =>
        host.Packages.All[new("m", 1)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.Onnx, "1"),
                new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32) { Shape = [-1, 2] }]),
                new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Loop(2, times))
            );

    private static async Task<ServingHost> StartAsync(Func<float, float> model)
    {
        var runtime = new ScriptedRuntime { Models = { [1] = model } };
        var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<IModelRuntime>(runtime);
            b.AddPredictor<Request, float>("m@champion");
        });
        ScriptedRuntime.Add(host.Packages, 1);
        await host.Models.SetAliasAsync("m", "champion", 1);
        return host;
    }
}
