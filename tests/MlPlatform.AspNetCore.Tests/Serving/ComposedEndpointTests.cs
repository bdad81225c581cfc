using System.ComponentModel.DataAnnotations.Schema;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Serving;
using static MlPlatform.AspNetCore.Tests.ServedModels;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Functions and composed models over HTTP: asked, tried beside one another, and taken into use.</summary>
public sealed class ComposedEndpointTests
{
    private const string Infer = "/v2/models/whole/infer";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_composed_model_is_shadow_and_canary_of_another_and_takes_its_place()
    {
        await using var served = await StartAsync();
        var described = Ok(await served.GetAsync("/v2/models/whole"));
        Assert.Equal("composed", (string)described["platform"]!);
        Assert.Equal("raw", (string)described["inputs"]![0]!["name"]!);
        Assert.Equal([Sigmoid(0), Sigmoid(-0.75)], (await AskAsync(served, "u")).Answers, (a, b) => Math.Abs(a - b) < 1e-6);

        const string Rollouts = "/api/mlp/v1/serving/models/whole/rollouts";
        Ok(await served.PostAsync(Rollouts, """{"candidate":2,"steps":[50],"shadow":true,"promote_by_hand":true}"""));
        await RefreshAsync(served);
        Assert.Equal(1, (await AskAsync(served, "u")).Version);
        await served.Host.Get<IRollouts>().AdvanceAsync(Cancel); // Waits for the copies.
        var candidate = served.Host.Get<IInferenceServer>().ListStatistics().Single(s => s.Version == new ModelVersionId("whole", 2));
        Assert.Equal((2, 1, 0), (candidate.Rows, candidate.Success.Count, candidate.Failure.Count));
        var id = (string)Ok(await served.GetAsync(Rollouts + "/open"))["rollout"]!["id"]!;
        Ok(await served.PostAsync(One + id + "/rollback", """{"reason":"Seen enough."}"""));

        id = (string)Ok(await served.PostAsync(Rollouts, """{"candidate":2,"steps":[50],"promote_by_hand":true}"""))["rollout"]!["id"]!;
        await RefreshAsync(served);
        var both = (Sigmoid(0) + Sigmoid(1)) / 2;
        var versions = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            var (version, answers) = await AskAsync(served, $"user-{i}");
            Assert.Equal(version == 1 ? Sigmoid(0) : both, answers[0], 1e-6);
            versions.Add(version);
        }

        Assert.Equal([1, 2], versions.Distinct().Order());
        Ok(await served.PostAsync(One + id + "/promote", """{"reason":"Better."}"""));
        await RefreshAsync(served);
        Assert.Equal(2, (await AskAsync(served, "u")).Version);
    }

    [Fact]
    public async Task A_member_that_fails_is_named_and_a_function_answers_by_itself()
    {
        await using var served = await StartAsync();
        var reply = await served.PostAsync(
            "/v2/models/halve/versions/1/infer",
            """{"inputs":[{"name":"Features","datatype":"FP32","shape":[1,2],"data":[3,4]}]}"""
        );
        Assert.Equal("[1.5,2]", Ok(reply)["outputs"]![0]!["data"]!.ToJsonString());
        var failed = await served.PostAsync(Infer, """{"inputs":[{"name":"raw","datatype":"FP32","shape":[1,2],"data":[-1,0]}]}""");
        Assert.Equal(500, failed.Status);
        Assert.DoesNotContain("negative", failed.Text, StringComparison.Ordinal); // What the application's code says is for its log.
    }

    [Fact]
    public async Task An_index_that_a_member_has_no_value_for_is_the_callers_mistake()
    {
        await using var served = await StartAsync();
        var (models, source) = (served.Host.Get<IModelRegistry>(), served.Host.Get<IModelSource>());
        foreach (var size in new[] { 3, 5 })
        {
            var table = ModelPackage.Create(
                new(ModelRuntime.Onnx, "1.19.0"),
                new([new("index", DataType.Int64) { Shape = [-1, 1] }], [new("value", DataType.Float32) { Shape = [-1, 1] }]),
                new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Lookup(new float[size]))
            );
            await models.RegisterVersionAsync("table", table, cancellationToken: Cancel);
        }

        var both = ModelNode.Ensemble(ModelNode.Model("table@v1"), ModelNode.Model("table@v2"));
        await models.RegisterVersionAsync("both", await ModelPackage.ComposeAsync(source, both, Cancel), cancellationToken: Cancel);
        const string Request = """{"inputs":[{"name":"index","datatype":"INT64","shape":[1,1],"data":[2]}]}""";
        Ok(await served.PostAsync("/v2/models/both/versions/1/infer", Request));
        var refused = await served.PostAsync("/v2/models/both/versions/1/infer", Request.Replace("[2]", "[4]", StringComparison.Ordinal));
        Assert.Equal(400, refused.Status);
        Assert.StartsWith(
            "both@v1 cannot take these values: indices element out of data bounds, idx=4",
            refused.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_text_is_cut_for_a_model_that_takes_tokens()
    {
        await using var served = await StartAsync();
        var (models, source) = (served.Host.Get<IModelRegistry>(), served.Host.Get<IModelSource>());
        await models.RegisterVersionAsync("cut", ModelPackage.FromFunction<Line, Pieces>("cut"), cancellationToken: Cancel);
        DataColumn[] rows = [.. new[] { "mask", "weighted" }.Select(n => new DataColumn(n, DataType.Float32) { Shape = [-1, -1] })];
        var tokens = ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("tokens", DataType.Int64) { Shape = [-1, -1] }, rows[0]], [rows[1]]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Tokens())
        );
        await models.RegisterVersionAsync("tokens", tokens, cancellationToken: Cancel);
        var text = ModelNode.Sequence(ModelNode.Model("cut@v1"), ModelNode.Model("tokens@v1"));
        await models.RegisterVersionAsync("text", await ModelPackage.ComposeAsync(source, text, Cancel), cancellationToken: Cancel);
        const string Url = "/v2/models/text/versions/1";
        var described = Ok(await served.GetAsync(Url));
        Assert.Equal("[-1,-1]", described["outputs"]![0]!["shape"]!.ToJsonString());
        Assert.Equal("[1,3] [1,2,4]", await WeightedAsync("a", "bc", "four"));
        Assert.Equal("[1,1] [3]", await WeightedAsync("one"));
        Assert.Equal(
            "400: text@v1 cannot take these values: Input 'tokens' has 0 in dimension 1; 1 or more is allowed.",
            await WeightedAsync()
        );

        async Task<string> WeightedAsync(params string[] words)
        {
            var request = $$$"""{"inputs":[{"name":"Text","datatype":"BYTES","shape":[1],"data":["{{{string.Join(' ', words)}}}"]}]}""";
            var reply = await served.PostAsync(Url + "/infer", request);
            return reply.Status == 200
                ? $"{reply.Json["outputs"]![0]!["shape"]!.ToJsonString()} {reply.Json["outputs"]![0]!["data"]!.ToJsonString()}"
                : $"{reply.Status}: {reply.Error}";
        }
    }

    private static async Task<ServedModels> StartAsync()
    {
        var served = await ServedModels.StartAsync(services: s =>
            s.AddMlPlatformCore()
                .AddModelFunction<Pair, Pair>(
                    "halve",
                    p => p.Features[0] < 0 ? throw new InvalidOperationException("negative") : new([.. p.Features.Select(f => f / 2)])
                )
                .AddModelFunction<Line, Pieces>("cut", line => Cut(line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        );
        var (models, source) = (served.Host.Get<IModelRegistry>(), served.Host.Get<IModelSource>());
        await models.RegisterVersionAsync("halve", ModelPackage.FromFunction<Pair, Pair>("halve"), cancellationToken: Cancel);
        var halve = ModelNode.Model(
            "halve@v1",
            new Dictionary<string, string> { ["Features"] = "raw" },
            new Dictionary<string, string> { ["Features"] = "features" }
        );
        var (one, two) = (ModelNode.Model($"{Model}@v1"), ModelNode.Model($"{Model}@v2"));
        foreach (var last in new[] { one, ModelNode.Ensemble(one, two) })
        {
            var package = await ModelPackage.ComposeAsync(source, ModelNode.Sequence(halve, last), Cancel);
            await models.RegisterVersionAsync("whole", package, cancellationToken: Cancel);
        }

        await models.PromoteAsync(new("whole", 1), cancellationToken: Cancel);
        return served;
    }

    private static Task RefreshAsync(ServedModels served) => served.Host.Get<IModelServer>().RefreshAsync("whole", Cancel);

    private static async Task<(int Version, double[] Answers)> AskAsync(ServedModels served, string key)
    {
        var reply = await served.PostAsync(
            Infer,
            """{"inputs":[{"name":"raw","datatype":"FP32","shape":[2,2],"data":[[0,0],[1,2]]}]}""",
            $"mlp-routing-key: {key}"
        );
        var body = Ok(reply);
        return (
            int.Parse((string)body["model_version"]!, CultureInfo.InvariantCulture),
            [.. body["outputs"]![0]!["data"]!.AsArray().Select(d => (double)d!)]
        );
    }

    private static JsonNode Ok(RawReply reply)
    {
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Json;
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static Pieces Cut(string[] words) => new([.. words.Select(w => (long)w.Length)], [.. words.Select(_ => 1f)]);

    private sealed record Line(string Text);

    private sealed record Pieces([property: Column("tokens")] long[] Tokens, [property: Column("mask")] float[] Mask);

    private sealed record Pair([property: VectorType(2)] float[] Features);
}
