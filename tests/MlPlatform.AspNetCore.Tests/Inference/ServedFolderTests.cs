using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>The protocol over real models.</summary>
public sealed class ServedFolderTests : IDisposable
{
    private readonly string models = Directory.CreateTempSubdirectory("mlp-models-").FullName;

    public void Dispose() => Directory.Delete(models, recursive: true);

    [Fact]
    public async Task Models_of_a_folder_answer_by_name_and_version()
    {
        Add("late", 1, bias: 0);
        Add("late", 2, bias: 1);
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models));
        const string Request = """{"inputs":[{"name":"features","datatype":"FP32","shape":[2,2],"data":[[0,0],[1,2]]}]}""";
        Assert.Equal(
            [Sigmoid(1), Sigmoid(1 + 0.5 - 2)],
            await AskAsync(host, "/v2/models/late/infer", Request),
            (a, b) => Math.Abs(a - b) < 1e-6
        );
        Assert.Equal(
            [Sigmoid(0), Sigmoid(0.5 - 2)],
            await AskAsync(host, "/v2/models/late/versions/1/infer", Request),
            (a, b) => Math.Abs(a - b) < 1e-6
        );
        Assert.Equal("""["1","2"]""", (await host.SendAsync("GET", "/v2/models/late")).Json["versions"]!.ToJsonString());
        var absent = await host.SendAsync("GET", "/v2/models/absent");
        Assert.Equal(404, absent.Status);
        Assert.EndsWith(
            "Put it into the server's folder of models, as absent/1/model.onnx, or point 'champion' at a registered version.",
            absent.Error,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "absent/4/model.onnx, or register that version.",
            (await host.SendAsync("GET", "/v2/models/absent/versions/4")).Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("folder", (await host.SendAsync("GET", "/v2/models/no%2Fplace")).Error, StringComparison.Ordinal);
        var unfit = await host.SendAsync(
            "POST",
            "/v2/models/late/infer",
            Encoding.UTF8.GetBytes(
                Request.Replace("[2,2]", "[1,4]", StringComparison.Ordinal).Replace("],[", ",", StringComparison.Ordinal)
            )
        );
        Assert.Equal(400, unfit.Status);
        Assert.Contains("[1,4]; the model takes [-1,2]", unfit.Error, StringComparison.Ordinal);
        var wide = Encoding.UTF8.GetBytes(Request.Replace("FP32", "FP64", StringComparison.Ordinal));
        Assert.Equal(
            "Input 'features' is of FP64; the model takes FP32.",
            (await host.SendAsync("POST", "/v2/models/late/infer", wide)).Error
        );
    }

    [Fact]
    public async Task An_index_outside_a_table_is_the_callers_mistake_and_still_a_failure_of_the_model()
    {
        Add("table", 1, OnnxWriter.Lookup(10, 20, 30));
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models));
        Assert.Equal([30], await AskAsync(host, "/v2/models/table/infer", Ask(2)));
        var reply = await host.SendAsync("POST", "/v2/models/table/infer", Encoding.UTF8.GetBytes(Ask(3)));
        Assert.Equal(400, reply.Status);
        Assert.StartsWith(
            "table@v1 cannot take these values: indices element out of data bounds, idx=3",
            reply.Error,
            StringComparison.Ordinal
        );
        var statistics = (await host.SendAsync("GET", "/v2/models/table/stats")).Json["model_stats"]![0]!["inference_stats"]!;
        Assert.Equal((1, 1), ((int)statistics["success"]!["count"]!, (int)statistics["fail"]!["count"]!));

        static string Ask(int index) => $$"""{"inputs":[{"name":"index","datatype":"INT64","shape":[1,1],"data":[{{index}}]}]}""";
    }

    [Fact]
    public async Task A_model_that_cannot_be_read_says_nothing_of_what_was_stored()
    {
        Add("late", 1, bias: 0);
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models));
        await using var inUse = new FileStream(
            Path.Combine(models, "late", "1", "model.onnx"),
            FileMode.Open,
            FileAccess.Read,
            FileShare.None
        );
        var reply = await host.SendAsync("GET", "/v2/models/late/versions/1");
        Assert.Equal((503, "'late@v1' cannot be loaded at present; the server's log says why."), (reply.Status, reply.Error));
        var index = await host.SendAsync("POST", "/v2/repository/index");
        var reason = (string)index.Json.AsArray().Single(m => (string?)m!["version"] == "1")!["reason"]!;
        Assert.EndsWith("cannot be used: the model cannot be read.", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_model_that_takes_four_rows_at_a_time_answers_any_number(int rows)
    {
        Add("fours", 1, OnnxWriter.Logistic([0.5f, -1f], 0, type: 1, batch: 4));
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models));
        var data = string.Join(',', Enumerable.Range(0, rows).Select(r => $"[{r},1]"));
        var request = $$"""{"inputs":[{"name":"features","datatype":"FP32","shape":[{{rows}},2],"data":[{{data}}]}]}""";
        Assert.Equal(
            Enumerable.Range(0, rows).Select(r => Sigmoid((r * 0.5) - 1)),
            await AskAsync(host, "/v2/models/fours/infer", request),
            (a, b) => Math.Abs(a - b) < 1e-6
        );
        Assert.Equal("[-1,2]", (await host.SendAsync("GET", "/v2/models/fours")).Json["inputs"]![0]!["shape"]!.ToJsonString());
    }

    [Fact]
    public async Task Texts_have_the_length_that_they_have()
    {
        Add("words", 1, OnnxWriter.Tokens());
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models));
        foreach (var length in new[] { 1, 5, 2 })
        {
            var ones = string.Join(',', Enumerable.Repeat(1, length));
            var request =
                $$"""{"inputs":[{"name":"tokens","datatype":"INT64","shape":[1,{{length}}],"data":[{{ones}}]},{"name":"mask","datatype":"FP32","shape":[1,{{length}}],"data":[{{ones}}]}]}""";
            var reply = await host.SendAsync("POST", "/v2/models/words/infer", Encoding.UTF8.GetBytes(request));
            Assert.True(reply.Status == 200, reply.Text);
            Assert.Equal($"[1,{length}]", reply.Json["outputs"]![0]!["shape"]!.ToJsonString());
            Assert.Equal($"[{ones}]", reply.Json["outputs"]![0]!["data"]!.ToJsonString());
            var longer = request.Replace(
                $"\"FP32\",\"shape\":[1,{length}],\"data\":[",
                $"\"FP32\",\"shape\":[1,{length + 1}],\"data\":[0,",
                StringComparison.Ordinal
            );
            var refused = await host.SendAsync("POST", "/v2/models/words/infer", Encoding.UTF8.GetBytes(longer));
            Assert.Equal(400, refused.Status);
            Assert.Contains("the model takes the same of both", refused.Error, StringComparison.Ordinal);
        }

        var model = (await host.SendAsync("GET", "/v2/models/words")).Json;
        Assert.Equal("[-1,-1]", model["inputs"]![0]!["shape"]!.ToJsonString());
        var config = (await host.SendAsync("GET", "/v2/models/words/config")).Json;
        Assert.Equal("[-1]", config["input"]![0]!["dims"]!.ToJsonString());
    }

    [Fact]
    public async Task A_model_of_half_floats_answers_in_bytes_and_says_that_JSON_has_none()
    {
        Add("halves", 1, OnnxWriter.Logistic([0.5f, -1f], 0, type: 10, batch: 0));
        await using var host = await WebHost.StartAsync(services: s => s.AddMlPlatformCore().AddServing(o => o.ModelRepository = models));
        var json =
            """{"inputs":[{"name":"features","datatype":"FP16","shape":[1,2],"parameters":{"binary_data_size":4}}],"parameters":{"binary_data_output":true}}"""u8.ToArray();
        byte[] body = [.. json, .. BitConverter.GetBytes((Half)3), .. BitConverter.GetBytes((Half)1)];
        var reply = await host.SendAsync("POST", "/v2/models/halves/infer", body, $"Inference-Header-Content-Length: {json.Length}");
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal(Sigmoid(0.5), (double)BitConverter.ToHalf(reply.Body.AsSpan()[^2..]), 1e-3);
        Assert.Contains("\"datatype\":\"FP16\"", reply.Text, StringComparison.Ordinal);
        var asJson = Encoding.UTF8.GetString(json).Replace("true", "false", StringComparison.Ordinal);
        var refused = await host.SendAsync(
            "POST",
            "/v2/models/halves/infer",
            [.. Encoding.UTF8.GetBytes(asJson), .. body[^4..]],
            $"Inference-Header-Content-Length: {asJson.Length}"
        );
        Assert.Equal(400, refused.Status);
        Assert.Contains("FP16", refused.Error, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<double>> AskAsync(WebHost host, string path, string request)
    {
        var reply = await host.SendAsync("POST", path, Encoding.UTF8.GetBytes(request));
        Assert.Equal(200, reply.Status);
        return JsonNode.Parse(reply.Text)!["outputs"]![0]!["data"]!.AsArray().Select(d => d!.GetValue<double>());
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private void Add(string model, int version, float bias) => Add(model, version, OnnxWriter.Logistic([0.5f, -1f], bias));

    private void Add(string model, int version, byte[] onnx) =>
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(models, model, $"{version}")).FullName, "model.onnx"), onnx);
}
