using System.Net.Http.Headers;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>What a client logs as a model, registers and points an alias at.</summary>
public sealed class LoggedPackageTests : IAsyncLifetime
{
    private const string Mlmodel = """
        artifact_path: model
        flavors:
          onnx:
            data: model.onnx
            onnx_version: 1.19.0
          python_function:
            loader_module: mlflow.onnx
        signature:
          inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}, "name": "features"}]'
          outputs: '[{"name": "probability", "type": "float", "required": true}]'
        """;

    private WebHost host = null!;
    private string run = null!;

    public async ValueTask InitializeAsync()
    {
        host = await WebHost.StartAsync();
        run = (await host.CallAsync("POST", "runs/create", new { })).Text("run", "info", "run_id");
        await host.CallAsync("POST", "registered-models/create", new { name = "late" });
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Onnx_model_is_opened_by_its_alias_with_its_signature_and_verified_bytes()
    {
        await PutAsync("model/MLmodel", Mlmodel);
        await PutAsync("model/model.onnx", "the graph");
        await RegisterAsync();
        await host.CallAsync(
            "POST",
            "registered-models/alias",
            new
            {
                name = "late",
                alias = "champion",
                version = "1",
            }
        );

        var opened = await host.Get<IModelSource>().OpenAsync(ModelReference.Parse("late@champion"), TestContext.Current.CancellationToken);

        Assert.Equal(new(ModelRuntime.Onnx, "1.19.0"), opened.Package.Manifest.Runtime);
        Assert.Equal(
            new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32)]),
            opened.Package.Manifest.Signature
        );
        var model = opened.Package.Manifest.Find(ModelFileRole.Model)!;
        Assert.Equal(
            "the graph",
            Encoding.UTF8.GetString(await opened.Package.ReadAsync(model.Path, TestContext.Current.CancellationToken))
        );

        // The version holds the bytes by itself: what the run does with its files afterwards is its own business.
        using var deleted = await host.Client.DeleteAsync(Address("model"), TestContext.Current.CancellationToken);
        deleted.EnsureSuccessStatusCode();
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.NotEmpty(await opened.Package.ReadAsync(model.Path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("a: [", "it is not YAML")]
    [InlineData("flavors: {sklearn: {}}", "no flavor 'onnx'")]
    [InlineData("flavors: {onnx: {data: model.onnx}}", "no signature")]
    [InlineData("flavors: {onnx: {data: model.onnx}}\nsignature: {inputs: '[', outputs: '[]'}", "signature cannot be read")]
    [InlineData(
        "flavors: {onnx: {data: model.onnx}}\nsignature: {inputs: '[{\"type\":\"double\"},{\"type\":\"double\"}]', outputs: '[]'}",
        "without a name"
    )]
    [InlineData("flavors: {onnx: {data: other.onnx}}\nsignature: {inputs: '[]', outputs: '[]'}", "'other.onnx', which was not logged")]
    public async Task Model_that_cannot_be_served_here_is_registered_and_says_why(string mlmodel, string reason)
    {
        await PutAsync("model/MLmodel", mlmodel);
        await PutAsync("model/model.onnx", "the graph");
        var version = await RegisterAsync();
        var tag = version.GetProperty("tags").EnumerateArray().Single(t => t.Text("key") == "mlp.notServable");
        Assert.Contains(reason, tag.Text("value"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidModelPackageException>(() =>
            host.Get<IModelSource>().OpenAsync(ModelReference.Parse("late@v1"), TestContext.Current.CancellationToken)
        );
    }

    private async Task<System.Text.Json.JsonElement> RegisterAsync() =>
        (
            await host.CallAsync(
                "POST",
                "model-versions/create",
                new
                {
                    name = "late",
                    source = $"runs:/{run}/model",
                    run_id = run,
                }
            )
        ).GetProperty("model_version");

    private async Task PutAsync(string path, string text)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await host.Client.PutAsync(Address(path), content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private string Address(string path) => $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/{path}";
}
