using Microsoft.Extensions.DependencyInjection;
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
