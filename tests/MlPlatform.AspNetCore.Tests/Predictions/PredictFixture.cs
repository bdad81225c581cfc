using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A server with a scripted predictor at <c>/score</c>.</summary>
internal sealed class PredictFixture(WebHost host, ScriptedPredictor predictor) : IAsyncDisposable
{
    public const string Simple = """{"carrier":"AA","distance":500}""";

    public WebHost Host => host;

    public ScriptedPredictor Predictor => predictor;

    public static async Task<PredictFixture> StartAsync(
        Action<AspNetCoreOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<IEndpointConventionBuilder>? conventions = null,
        bool withPolicies = false
    )
    {
        var predictor = new ScriptedPredictor();
        var host = await WebHost.StartAsync(
            configure,
            s =>
            {
                predictor.AddTo(s);
                services?.Invoke(s);
            },
            app => (conventions ?? (_ => { }))(app.MapPredict<Flight, LateFlight>("/score", ScriptedPredictor.Reference)),
            withPolicies
        );
        return new(host, predictor);
    }

    public Task<RawReply> PostAsync(string json, params IReadOnlyList<string> headers) =>
        host.SendAsync("POST", "/score", Encoding.UTF8.GetBytes(json), ["Content-Type: application/json", .. headers]);

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
