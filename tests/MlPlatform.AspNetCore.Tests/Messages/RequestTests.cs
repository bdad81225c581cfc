using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

public sealed class RequestTests : IAsyncLifetime
{
    private const string Call = "/api/2.0/mlflow/test/call";
    private const string Json = "Content-Type: application/json";
    private const string Run = "0123456789abcdef0123456789abcdef";
    private static readonly MlflowEnum<RunStatus> Statuses = new(("RUNNING", 1, RunStatus.Running), ("FINISHED", 3, RunStatus.Finished));
    private readonly ThrowingEndpoints calls = new();
    private WebHost host = null!;

    public async ValueTask InitializeAsync() => host = await WebHost.StartAsync(services: s => s.AddSingleton<IPlatformEndpoints>(calls));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task A_body_is_read_whatever_the_method_and_unknown_fields_are_ignored(string method)
    {
        calls.Handler = r => Task.FromResult(new JsonObject { ["a"] = r.RequiredString("a"), ["n"] = r.RequiredInt64("n") });
        var reply = await SendAsync(method, """{"a":"é","n":"7","other":{"deep":[1]}}""", "Content-Type: application/json; charset=utf-8");
        Assert.Equal((200, "é", 7L), (reply.Status, (string)reply.Json["a"]!, (long)reply.Json["n"]!));
    }

    [Fact]
    public async Task An_empty_body_is_an_empty_message_and_an_empty_reply_is_an_empty_object()
    {
        var reply = await host.SendAsync("POST", Call);
        Assert.Equal((200, "{}"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task A_query_has_numbers_as_text_and_lists_as_repeated_keys()
    {
        calls.Handler = r =>
            Task.FromResult(
                new JsonObject
                {
                    ["n"] = r.OptionalInt64("n"),
                    ["b"] = r.OptionalBoolean("b"),
                    ["v"] = r.OptionalDouble("v"),
                    ["one"] = string.Join('|', r.Strings("one")),
                    ["many"] = string.Join('|', r.Strings("many")),
                    ["none"] = string.Join('|', r.Strings("none")),
                }
            );
        var reply = await host.SendAsync("GET", Call + "?n=5&b=true&v=0.5&one=a%20b&many=x&many=y%2Bz&ignored");
        Assert.Equal("""{"n":5,"b":true,"v":0.5,"one":"a b","many":"x|y+z","none":""}""", reply.Text);
        calls.Handler = r => Task.FromResult(new JsonObject { ["n"] = r.RequiredString("n") });
        Assert.Equal(400, (await host.SendAsync("GET", Call + "?n=1&n=2")).Status);
    }

    [Theory]
    [InlineData("", "not valid JSON", "{")]
    [InlineData("", "not valid JSON", "{'a':1}")]
    [InlineData("", "not valid JSON", """{"a":1,"a":2}""")]
    [InlineData("", "not valid JSON", """{"x":{"a":1,"a":2}}""")]
    [InlineData("", "not valid JSON", """{"v":NaN}""")]
    [InlineData("", "not valid JSON", "\ufeff\ufeff{}")]
    [InlineData("", "not a JSON object", "[1]")]
    [InlineData("", "not a JSON object", "null")]
    [InlineData("", "not a JSON object", "\"{}\"")]
    [InlineData("Content-Type: text/plain", "application/json was expected", "{}")]
    [InlineData("Content-Type: application/x-www-form-urlencoded", "application/json was expected", "a=1")]
    public async Task A_body_that_is_no_message_is_400(string contentType, string reason, string body)
    {
        var reply = await SendAsync("POST", body, contentType is "" ? Json : contentType);
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (reply.Status, reply.ErrorCode));
        Assert.Contains(reason, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, 200)]
    [InlineData(33, 400)]
    public async Task Depth_is_limited(int depth, int status)
    {
        var body = $$"""{"a":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""";
        Assert.Equal(status, (await SendAsync("POST", body, Json)).Status);
    }

    [Theory]
    [InlineData("test/call", 1 << 20, 200)]
    [InlineData("test/call", (1 << 20) + 1, 413)]
    [InlineData("test/large", (1 << 20) + 1, 200)]
    [InlineData("test/large", (4 << 20) + 1, 413)]
    public async Task Size_is_limited_with_and_without_a_length(string path, int size, int status)
    {
        var body = Encoding.ASCII.GetBytes($$"""{"a":"{{new string('x', size - 8)}}"}""");
        Assert.Equal(size, body.Length);
        var sized = await host.SendAsync("POST", "/api/2.0/mlflow/" + path, body, Json);
        Assert.Equal(status, sized.Status);
        var chunk = Encoding.ASCII.GetBytes(FormattableString.Invariant($"{size:x}\r\n"));
        var chunked = await host.SendAsync(
            "POST",
            "/api/2.0/mlflow/" + path,
            [.. chunk, .. body, .. "\r\n0\r\n\r\n"u8],
            Json,
            "Transfer-Encoding: chunked"
        );
        Assert.Equal(status, chunked.Status);
    }

    [Theory]
    [InlineData($$"""{"run_id":"{{Run}}"}""", 200)]
    [InlineData($$"""{"run_uuid":"{{Run}}"}""", 200)]
    [InlineData($$"""{"run_id":"{{Run}}","run_uuid":"{{Run}}"}""", 200)]
    [InlineData($$"""{"run_id":"","run_uuid":"{{Run}}"}""", 200)]
    [InlineData($$"""{"run_id":"{{Run}}","run_uuid":"1"}""", 400)]
    [InlineData("""{"run_id":"no-such-run"}""", 404)]
    [InlineData("""{"run_id":"0123456789ABCDEF0123456789ABCDEF"}""", 404)]
    [InlineData("{}", 400)]
    [InlineData("""{"run_id":7}""", 400)]
    public async Task A_run_is_named_by_either_field(string body, int status)
    {
        calls.Handler = r => Task.FromResult(new JsonObject { ["run"] = r.RequiredRunId().ToString() });
        var reply = await SendAsync("POST", body, Json);
        Assert.Equal(status, reply.Status);
        if (status == 200)
        {
            Assert.Equal(Run, (string)reply.Json["run"]!);
        }
    }

    /// <summary>Whatever comes in, a caller's mistake is 4xx: anything else would be repeated for minutes.</summary>
    [Fact]
    public async Task Any_body_is_answered_with_200_or_4xx_never_5xx()
    {
        calls.Handler = ReadEverything;
        var fragment = Pick(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\ud800",
            "\\u0000",
            "\"key\"",
            "\"value\"",
            "\"metrics\"",
            "\"run_id\"",
            "\"status\"",
            "null",
            "true",
            "1",
            "-",
            "1e999",
            "1e-999",
            "0.1",
            "NaN",
            "\"NaN\"",
            "9223372036854775808",
            "\u00e9",
            "\ud83d\ude00",
            " ",
            "\n"
        );
        var bytes = Gen.Byte.Array[0, 40];
        var text = fragment.Array[0, 30].Select(f => Encoding.UTF8.GetBytes(string.Concat(f)));
        await Gen.OneOf(text, bytes, Messages())
            .SampleAsync(
                async body =>
                {
                    var reply = await host.SendAsync("POST", Call, body, Json);
                    return reply.Status == 200 || (reply.Status is >= 400 and < 500 && reply.ErrorCode is { Length: > 0 });
                },
                iter: 1500,
                threads: 2
            );
        Assert.DoesNotContain(host.Logs, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Any_query_is_answered_with_200_or_4xx_never_5xx()
    {
        calls.Handler = ReadEverything;
        var fragment = Pick(
            "key",
            "value",
            "metrics",
            "status",
            "=",
            "&",
            "%",
            "%00",
            "%ff",
            "%2e",
            "+",
            "1",
            "NaN",
            "%ed%a0%80",
            "[",
            "]",
            "?"
        );
        await fragment
            .Array[0, 12]
            .SampleAsync(
                async query =>
                {
                    var reply = await host.SendAsync("GET", $"{Call}?{string.Concat(query)}");
                    return reply.Status is 200 or (>= 400 and < 500);
                },
                iter: 500,
                threads: 2
            );
        Assert.DoesNotContain(host.Logs, l => l.Level >= LogLevel.Error);
    }

    /// <summary>Well-formed objects whose fields have values of any kind.</summary>
    private static Gen<byte[]> Messages()
    {
        var leaf = Pick(
            "null",
            "true",
            "1",
            "1.5",
            "\"x\"",
            "\"1\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"NaN\"",
            "1e99",
            "[]",
            "{}",
            "[1,\"a\"]"
        );
        var field = Gen.Select(Pick("key", "value", "metrics", "status", "run_id", "step", "flag", "keys"), leaf, (f, v) => $"\"{f}\":{v}");
        var flat = field.Array[0, 5].Select(f => $"{{{string.Join(',', f)}}}");
        var nested = Gen.Select(flat.Array[0, 3], flat, (m, one) => $"{{\"metrics\":[{string.Join(',', m)}],\"one\":{one}}}");
        return Gen.OneOf(flat, nested).Select(Encoding.UTF8.GetBytes);
    }

    private static Gen<string> Pick(params string[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static Task<JsonObject> ReadEverything(MlflowRequest request)
    {
        foreach (var message in (MlflowMessage[])[request, .. request.Messages("metrics"), request.OptionalMessage("one") ?? request])
        {
            _ = message.OptionalString("key");
            _ = message.OptionalDouble("value");
            _ = message.OptionalEnum("status", Statuses);
            _ = message.OptionalInt64("step");
            _ = message.OptionalBoolean("flag");
            _ = message.Strings("keys");
            _ = message.Limit("step", 1, 10);
        }

        return Task.FromResult(new JsonObject { ["run"] = request.Has("run_id") ? request.RequiredRunId().ToString() : null });
    }

    private Task<RawReply> SendAsync(string method, string body, string contentType) =>
        host.SendAsync(method, Call, Encoding.UTF8.GetBytes(body), contentType);
}
