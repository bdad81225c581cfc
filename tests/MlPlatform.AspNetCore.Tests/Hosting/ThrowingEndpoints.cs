using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MlPlatform.AspNetCore.Internal;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Routes that run what a test gives them.</summary>
internal sealed class ThrowingEndpoints : IPlatformEndpoints
{
    public Func<MlflowRequest, Task<JsonObject>> Handler { get; set; } = _ => Task.FromResult(new JsonObject());

    public RequestDelegate Raw { get; set; } = _ => Task.CompletedTask;

    public void Map(PlatformRoutes routes)
    {
        routes.Get("test/call", Access.Read, r => Handler(r));
        routes.Post("test/call", Access.Write, r => Handler(r));
        routes.Patch("test/call", Access.Write, r => Handler(r));
        routes.Delete("test/call", Access.Admin, r => Handler(r));
        routes.Post("test/large", Access.Write, r => Handler(r), atLeastBytes: 4 << 20);
        routes.Map([HttpMethods.Get], "/test/raw", Access.Read, c => Raw(c));
    }
}
