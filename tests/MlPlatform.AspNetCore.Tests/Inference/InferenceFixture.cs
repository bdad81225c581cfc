using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A server that serves scripted models.</summary>
internal sealed class InferenceFixture(WebHost host, ScriptedModels models) : IAsyncDisposable
{
    public const string Infer = "/v2/models/m/infer";

    public WebHost Host => host;

    public ScriptedModels Models => models;

    public static async Task<InferenceFixture> StartAsync(Action<AspNetCoreOptions>? configure = null, bool withPolicies = false)
    {
        var models = new ScriptedModels();
        return new(
            await WebHost.StartAsync(configure, services: s => s.AddSingleton<IInferenceServer>(models), withPolicies: withPolicies),
            models
        );
    }

    public Task<RawReply> GetAsync(string path) => host.SendAsync("GET", path);

    public Task<RawReply> PostAsync(string path, string json, params IReadOnlyList<string> headers) =>
        host.SendAsync("POST", path, Encoding.UTF8.GetBytes(json), headers);

    /// <summary>A request whose JSON is followed by bytes.</summary>
    public Task<RawReply> PostBinaryAsync(string json, params IReadOnlyList<byte> bytes)
    {
        var head = Encoding.UTF8.GetBytes(json);
        return host.SendAsync("POST", Infer, [.. head, .. bytes], $"Inference-Header-Content-Length: {head.Length}");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
