using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A server with two real versions of a model in its registry, of which <c>champion</c> is the first.</summary>
internal sealed class ServedModels : IAsyncDisposable
{
    public const string Model = "late flights";
    public const string Rollouts = "/api/mlp/v1/serving/models/late%20flights/rollouts";
    public const string One = "/api/mlp/v1/serving/rollouts/";

    private ServedModels(WebHost host) => Host = host;

    public WebHost Host { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ServedModels> StartAsync(bool withPolicies = false, Action<IServiceCollection>? services = null)
    {
        var host = await WebHost.StartAsync(
            services: s =>
            {
                s.AddMlPlatformCore().AddServing();
                services?.Invoke(s);
            },
            withPolicies: withPolicies
        );
        var registry = host.Get<IModelRegistry>();
        var first = await registry.RegisterVersionAsync(Model, Package(0), cancellationToken: Cancel);
        await registry.RegisterVersionAsync(Model, Package(1), cancellationToken: Cancel);
        await registry.PromoteAsync(first.Id, cancellationToken: Cancel);
        return new(host);
    }

    public Task<RawReply> GetAsync(string path, params IReadOnlyList<string> headers) => Host.SendAsync("GET", path, null, headers);

    public Task<RawReply> PostAsync(string path, string json, params IReadOnlyList<string> headers) =>
        Host.SendAsync("POST", path, Encoding.UTF8.GetBytes(json), ["Content-Type: application/json", .. headers]);

    /// <summary>Asks the model, which loads it if it is not loaded.</summary>
    public async Task InferAsync(string model = "late%20flights")
    {
        const string Request = """{"inputs":[{"name":"features","datatype":"FP32","shape":[2,2],"data":[[0,0],[1,2]]}]}""";
        var reply = await PostAsync($"/v2/models/{model}/infer", Request);
        Assert.True(reply.Status == 200, reply.Text);
    }

    public static ModelPackage Package(float bias) =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("features", DataType.Float32) { Shape = [-1, 2] }], [new("probability", DataType.Float32) { Shape = [-1, 1] }]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([0.5f, -1f], bias))
        );

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
