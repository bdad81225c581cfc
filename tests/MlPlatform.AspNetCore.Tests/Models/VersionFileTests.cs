using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>What .NET registered as a package, read by a client of MLflow's protocol.</summary>
public sealed class VersionFileTests : IAsyncLifetime
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    private WebHost host = null!;
    private ModelVersion version = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ModelPackage Package { get; } =
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32) { Shape = [-1, 1] }]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", "the graph"u8.ToArray()),
            new ModelFileContent("docs/card.md", ModelFileRole.Card, "text/markdown", "# Card"u8.ToArray())
        );

    public async ValueTask InitializeAsync()
    {
        host = await WebHost.StartAsync();
        version = await host.Get<IModelRegistry>().RegisterVersionAsync("late flights", Package, cancellationToken: Cancel);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Its_files_lie_where_the_server_says()
    {
        var uri = (await host.CallAsync("GET", "model-versions/get-download-uri?name=late%20flights&version=1")).Text("artifact_uri");
        Assert.Equal("mlflow-artifacts:/versions/late flights/1", uri);

        Assert.Equal(
            [("MLmodel", false), ("docs", true), ("mlplatform-manifest.json", false), ("model.onnx", false)],
            await ListAsync("versions/late flights/1")
        );
        Assert.Equal([("card.md", false)], await ListAsync("versions/late flights/1/docs"));
        Assert.Equal("the graph", await GetAsync("model.onnx"));
        Assert.Equal("# Card", await GetAsync("docs/card.md"));
        Assert.Equal(Package.Digest, ArtifactDigest.Of(Encoding.UTF8.GetBytes(await GetAsync("mlplatform-manifest.json"))));
        using var description = JsonDocument.Parse(await GetAsync("MLmodel"));
        Assert.Equal("model.onnx", description.RootElement.GetProperty("flavors").GetProperty("onnx").GetProperty("data").GetString());
        Assert.Contains(
            "float32",
            description.RootElement.GetProperty("signature").GetProperty("inputs").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_copy_by_a_client_is_the_same_package()
    {
        await host.CallAsync("POST", "registered-models/create", new { name = "prod" });
        await host.CallAsync("POST", "model-versions/create", new { name = "prod", source = "models:/late flights/1" });

        var copy = await host.Get<IModelRegistry>().GetVersionAsync(new("prod", 1), Cancel);
        Assert.Equal(version.ManifestDigest, copy!.ManifestDigest);
        var uri = (await host.CallAsync("GET", "model-versions/get-download-uri?name=prod&version=1")).Text("artifact_uri");
        Assert.Equal("mlflow-artifacts:/versions/late flights/1", uri);
    }

    [Theory]
    [InlineData("GET", "late%20flights/1/none", 404)]
    [InlineData("GET", "late%20flights/2/model.onnx", 404)]
    [InlineData("GET", "none/1/model.onnx", 404)]
    [InlineData("GET", "late%20flights/1", 404)]
    [InlineData("GET", "late%20flights/1/..%2f..%2fcanary.txt", 400)]
    [InlineData("GET", "late%20flights/1/%2e%2e/%2e%2e/canary.txt", 400)]
    [InlineData("GET", "late%20flights/99999999999/model.onnx", 400)]
    [InlineData("PUT", "late%20flights/1/model.onnx", 400)]
    [InlineData("PUT", "late%20flights/1/new.txt", 400)]
    [InlineData("DELETE", "late%20flights/1/model.onnx", 400)]
    [InlineData("DELETE", "late%20flights/1", 400)]
    public async Task A_version_is_read_and_nothing_else(string method, string path, int expected)
    {
        var reply = await host.SendAsync(method, $"{Proxy}/versions/{path}", method == "PUT" ? "other"u8.ToArray() : null);

        Assert.Equal(expected, reply.Status);
        Assert.Equal("the graph", await GetAsync("model.onnx"));
    }

    [Fact]
    public async Task One_whose_name_cannot_stand_in_a_path_is_said_so()
    {
        await host.Get<IModelRegistry>().RegisterVersionAsync("nul", Package, cancellationToken: Cancel);

        await host.RefusedAsync("GET", "model-versions/get-download-uri?name=nul&version=1", null, 400, "INVALID_PARAMETER_VALUE");
    }

    private async Task<string> GetAsync(string path)
    {
        using var response = await host.Client.GetAsync($"{Proxy}/versions/late%20flights/1/{path}", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    private async Task<List<(string, bool)>> ListAsync(string folder)
    {
        var reply = await host.Client.GetFromJsonAsync<JsonElement>($"{Proxy}?path={Uri.EscapeDataString(folder)}", Cancel);
        return [.. reply.GetProperty("files").EnumerateArray().Select(f => (f.Text("path"), f.GetProperty("is_dir").GetBoolean()))];
    }
}
