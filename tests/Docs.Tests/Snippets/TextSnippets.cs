using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Serving;
using MlPlatform.TestSupport;

namespace Docs.Tests.Snippets;

public sealed class TextSnippets
{
    public sealed record Text(long[] Tokens, float[] Mask); // [-1,-1] each

    public sealed record Score(float[] Weighted, float Probability);

    [Fact]
    public async Task Texts_pictures_and_what_is_found_in_them()
    {
        var services = new ServiceCollection();
        services.AddMlPlatform().AddPredictor<Text, Score>("mood@champion");
        await using var running = await RunningPlatform.StartAsync(services);
        var models = running.Get<IModelRegistry>();
        var package = ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.22"),
            new(
                [new("tokens", DataType.Int64) { Shape = [-1, -1] }, new("mask", DataType.Float32) { Shape = [-1, -1] }],
                [new("weighted", DataType.Float32) { Shape = [-1, -1] }, new("probability", DataType.Float32) { Shape = [-1, 1] }]
            ),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Tokens())
        );
        await models.PromoteAsync((await models.RegisterVersionAsync("mood", package)).Id);
        await running.Get<IModelServer>().RefreshAsync("mood");
        var predictor = running.Get<IPredictor<Text, Score>>();

        var score = await predictor.PredictAsync(new Text([101, 2023, 102], [1, 1, 1]));

        Assert.Equal([101, 2023, 102], score.Value.Weighted);
    }
}
