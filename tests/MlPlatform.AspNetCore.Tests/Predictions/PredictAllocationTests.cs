using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace MlPlatform.AspNetCore.Tests;

public sealed class PredictAllocationTests
{
    private static readonly byte[] Answer = new byte[130];

    [Fact]
    public async Task A_request_costs_no_more_than_a_kibibyte_beyond_the_servers_own()
    {
        await using var fixture = await PredictFixture.StartAsync();
        var endpoint = fixture
            .Host.Get<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Single(e => e.RoutePattern.RawText == "/score");
        var body = Encoding.UTF8.GetBytes(PredictFixture.Simple);
        var services = fixture.Host.Get<IServiceProvider>();
        var bare = Measure(Bare, services, endpoint, body);
        var full = Measure(endpoint.RequestDelegate!, services, endpoint, body);
        Assert.True(full - bare <= 1024, $"{full - bare} bytes were allocated for each request.");
    }

    /// <summary>An answer with as many headers, which the server keeps for the next request and this context does not.</summary>
    private static async Task Bare(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = Answer.Length;
        response.Headers["mlp-prediction-id"] = "1";
        response.Headers["mlp-route"] = "primary";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        await response.BodyWriter.WriteAsync(Answer);
    }

    /// <summary>By hand, on one thread: other tests run beside this one.</summary>
    private static long Measure(RequestDelegate handler, IServiceProvider services, Endpoint endpoint, byte[] body)
    {
        const int Requests = 500;
        Ask(); // What is made once.
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            Ask();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;

        void Ask()
        {
            var context = new DefaultHttpContext { RequestServices = services };
            context.SetEndpoint(endpoint);
            context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
            context.Request.Host = new("localhost");
            context.Request.ContentType = "application/json";
            context.Request.ContentLength = body.Length;
            context.Features.Set<IRequestBodyPipeFeature>(new Body(PipeReader.Create(new ReadOnlySequence<byte>(body))));
            _ = context.Response.BodyWriter;
            var answered = handler(context);
            Assert.True(answered.IsCompletedSuccessfully);
            Assert.Equal(200, context.Response.StatusCode);
        }
    }

    private sealed class Body(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
