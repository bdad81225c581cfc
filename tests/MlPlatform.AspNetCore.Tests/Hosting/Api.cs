using System.Net.Http.Json;
using System.Text.Json;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Calls of MLflow's API in a line each.</summary>
internal static class Api
{
    public static async Task<JsonElement> CallAsync(this WebHost host, string method, string path, object? body = null)
    {
        var (status, reply) = await host.TryAsync(method, path, body);
        Assert.True(status == 200, $"{method} {path}: {status} {reply}");
        return reply;
    }

    /// <summary>Asserts that a call is refused.</summary>
    public static async Task RefusedAsync(this WebHost host, string method, string path, object? body, int expected, string code)
    {
        var (status, reply) = await host.TryAsync(method, path, body);
        Assert.Equal((expected, code), (status, reply.GetProperty("error_code").GetString()));
        Assert.NotEmpty(reply.GetProperty("message").GetString()!);
    }

    public static async Task<(int Status, JsonElement Reply)> TryAsync(this WebHost host, string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new(method), $"/api/2.0/mlflow/{path}");
        request.Content = body is null ? null : JsonContent.Create(body);
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, reply);
    }

    public static string Text(this JsonElement element, params IEnumerable<string> path) =>
        path.Aggregate(element, (e, name) => e.GetProperty(name)).GetString()!;
}
