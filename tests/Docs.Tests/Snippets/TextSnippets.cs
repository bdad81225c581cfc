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
        await models.PromoteAsync((await models.RegisterVersionAsync("mood", Mood())).Id);
        await running.Get<IModelServer>().RefreshAsync("mood");
        var predictor = running.Get<IPredictor<Text, Score>>();

        var score = await predictor.PredictAsync(new Text([101, 2023, 102], [1, 1, 1]));

        Assert.Equal([101, 2023, 102], score.Value.Weighted);
    }

    public sealed record Remark(string Content);

    private static class Words
    {
        public static Text Cut(string content)
        {
            var words = content.Split(' ');
            return new([.. words.Select(w => (long)w.Length)], [.. words.Select(_ => 1f)]);
        }
    }

    [Fact]
    public async Task Functions_and_composed_models()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatform()
            .AddModelFunction<Remark, Text>("cut", r => Words.Cut(r.Content)) // An array of tokens, one of ones.
            .AddPredictor<Remark, Score>("mood-of-text@champion");

        await using var running = await RunningPlatform.StartAsync(services);
        var (models, source) = (running.Get<IModelRegistry>(), running.Get<IModelSource>());
        await models.PromoteAsync((await models.RegisterVersionAsync("mood", Mood())).Id);
        await models.RegisterVersionAsync("cut", ModelPackage.FromFunction<Remark, Text>("cut"));

        var names = new Dictionary<string, string> { ["tokens"] = "Tokens", ["mask"] = "Mask" }; // The model's, and those of the record.
        var whole = ModelNode.Sequence(ModelNode.Model("cut@v1"), ModelNode.Model("mood@champion", inputs: names));
        var version = await models.RegisterVersionAsync("mood-of-text", await ModelPackage.ComposeAsync(source, whole));

        await models.PromoteAsync(version.Id);
        await running.Get<IModelServer>().RefreshAsync("mood-of-text");
        var score = await running.Get<IPredictor<Remark, Score>>().PredictAsync(new Remark("not bad at all"));
        Assert.Equal([3, 3, 2, 3], score.Value.Weighted);
    }

    private static ModelPackage Mood() =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.22"),
            new(
                [new("tokens", DataType.Int64) { Shape = [-1, -1] }, new("mask", DataType.Float32) { Shape = [-1, -1] }],
                [new("weighted", DataType.Float32) { Shape = [-1, -1] }, new("probability", DataType.Float32) { Shape = [-1, 1] }]
            ),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Tokens())
        );
}
