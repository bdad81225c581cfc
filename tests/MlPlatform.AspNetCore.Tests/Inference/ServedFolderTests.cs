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
        Assert.Equal(404, (await host.SendAsync("GET", "/v2/models/absent")).Status);
        var unfit = await host.SendAsync(
            "POST",
            "/v2/models/late/infer",
            Encoding.UTF8.GetBytes(Request.Replace("[2,2]", "[1,4]", StringComparison.Ordinal))
        );
        Assert.Equal(400, unfit.Status);
        Assert.Contains("[1,4]; the model takes [-1,2]", unfit.Error, StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<double>> AskAsync(WebHost host, string path, string request)
    {
        var reply = await host.SendAsync("POST", path, Encoding.UTF8.GetBytes(request));
        Assert.Equal(200, reply.Status);
        return JsonNode.Parse(reply.Text)!["outputs"]![0]!["data"]!.AsArray().Select(d => d!.GetValue<double>());
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private void Add(string model, int version, float bias) =>
        File.WriteAllBytes(
            Path.Combine(Directory.CreateDirectory(Path.Combine(models, model, $"{version}")).FullName, "model.onnx"),
            OnnxWriter.Logistic([0.5f, -1f], bias)
        );
}
