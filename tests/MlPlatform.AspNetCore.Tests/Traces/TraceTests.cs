using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using CsCheck;
using Dapper;
using Google.Protobuf;
using MlPlatform.AspNetCore.Internal.Otlp;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class TraceTests : IAsyncLifetime
{
    private const string Id = "tr-000102030405060708090a0b0c0d0e0f";
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private WebHost host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await WebHost.StartAsync(o => o.MaxTraceBytes = 1 << 20);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Spans_by_OTLP_make_a_trace_that_is_read_back_whole(bool zipped)
    {
        using var response = await ExportAsync(Request(Root(), Child()).ToByteArray(), zipped: zipped);
        Assert.Equal((200, "application/x-protobuf"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancel));

        var trace = (await host.CallAsync("GET", $"traces/get?trace_id={Id}")).GetProperty("trace");
        var info = trace.GetProperty("trace_info");
        Assert.Equal(
            (Id, "OK", "0"),
            (info.Text("trace_id"), info.Text("state"), info.Text("trace_location", "mlflow_experiment", "experiment_id"))
        );
        Assert.Equal(("2026-01-02T03:04:05Z", "2.5s"), (info.Text("request_time"), info.Text("execution_duration")));
        Assert.Equal(("""{"question": "why"}""", "\"because\""), (info.Text("request_preview"), info.Text("response_preview")));
        Assert.Equal("TRACKING_STORE", info.Text("tags", "mlflow.trace.spansLocation"));
        Assert.Equal($"mlflow-artifacts:/0/traces/{Id}/artifacts", info.Text("tags", "mlflow.artifactLocation"));

        var spans = trace.GetProperty("spans");
        Assert.Equal(["root", "child"], spans.EnumerateArray().Select(s => s.Text("name")));
        var parser = new JsonParser(JsonParser.Settings.Default);
        Assert.Equal(Root(), parser.Parse<Span>(spans[0].GetRawText()));
        Assert.Equal(Child(), parser.Parse<Span>(spans[1].GetRawText()));
    }

    [Fact]
    public async Task A_trace_ends_when_its_first_span_does_and_a_span_sent_again_replaces_itself()
    {
        var open = Root();
        open.EndTimeUnixNano = 0;
        (await ExportAsync(Request(open).ToByteArray())).Dispose();
        (await ExportAsync(Request(Child()).ToByteArray())).Dispose();
        var info = (await host.CallAsync("GET", $"traces/{Id}")).GetProperty("trace").GetProperty("trace_info");
        Assert.Equal("IN_PROGRESS", info.Text("state"));

        var failed = Root();
        failed.Status = new() { Code = Status.Types.StatusCode.Error, Message = "broke" };
        (await ExportAsync(Request(failed).ToByteArray())).Dispose();

        var trace = (await host.CallAsync("GET", $"traces/get?trace_id={Id}")).GetProperty("trace");
        Assert.Equal("ERROR", trace.Text("trace_info", "state"));
        Assert.Equal(2, trace.GetProperty("spans").GetArrayLength());
    }

    [Fact]
    public async Task A_trace_is_described_before_or_after_its_spans()
    {
        (await ExportAsync(Request(Root(), Child()).ToByteArray())).Dispose();
        var described = (await StartAsync(Id, new { a = "1" }, new { m = "2" })).GetProperty("trace").GetProperty("trace_info");
        Assert.Equal(("1", "2"), (described.Text("tags", "a"), described.Text("trace_metadata", "m")));
        Assert.Equal(("2026-01-02T03:04:05.123456Z", "1.5s"), (described.Text("request_time"), described.Text("execution_duration")));
        Assert.Equal(
            ("asked", "ERROR", "c-1"),
            (described.Text("request_preview"), described.Text("state"), described.Text("client_request_id"))
        );
        Assert.Equal(
            described.GetRawText(),
            (await host.CallAsync("GET", $"traces/{Id}")).GetProperty("trace").GetProperty("trace_info").GetRawText()
        );

        var many = await host.CallAsync("GET", $"traces/batchGet?trace_ids={Id}&trace_ids=tr-none");
        Assert.Equal(2, Assert.Single(many.GetProperty("traces").EnumerateArray()).GetProperty("spans").GetArrayLength());
    }

    [Fact]
    public async Task Spans_are_read_as_a_file_too()
    {
        (await ExportAsync(Request(Root(), Child()).ToByteArray())).Dispose();

        var file = await host.CallAsync("GET", $"get-trace-artifact?request_id={Id}");

        var root = file.GetProperty("spans")[0];
        var proxied = await host.Client.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/0/traces/{Id}/artifacts/traces.json", Cancel);
        Assert.Equal(file.GetRawText(), proxied);
        Assert.Equal("AAECAwQFBgcICQoLDA0ODw==", root.Text("trace_id"));
        Assert.Equal((JsonValueKind.Null, "STATUS_CODE_OK"), (root.GetProperty("parent_span_id").ValueKind, root.Text("status", "code")));
        Assert.Equal($"\"{Id}\"", root.Text("attributes", "mlflow.traceRequestId"));
        Assert.Equal("7", root.Text("attributes", "count"));
        Assert.Equal("[1.5,true]", root.Text("attributes", "list"));
        Assert.Equal("\"because\"", JsonSerializer.Deserialize<string>(root.Text("attributes", "mlflow.spanOutputs")));
        Assert.Equal("tick", root.GetProperty("events")[0].Text("name"));
    }

    [Fact]
    public async Task A_file_of_an_older_client_is_kept_until_its_trace_is_deleted()
    {
        var info = (await StartAsync("tr-old", new { }, new { })).GetProperty("trace").GetProperty("trace_info");
        Assert.False(info.GetProperty("tags").TryGetProperty("mlflow.trace.spansLocation", out _));
        const string File = "/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-old/artifacts/traces.json";
        using var content = new ByteArrayContent("""{"spans":[]}"""u8.ToArray());
        (await host.Client.PutAsync(File, content, Cancel)).EnsureSuccessStatusCode();
        Assert.Equal("""{"spans":[]}""", await host.Client.GetStringAsync(File, Cancel));

        await host.CallAsync("POST", "traces/delete-traces", new { experiment_id = "0", request_ids = new[] { "tr-old" } });

        Assert.Equal(404, (int)(await host.Client.GetAsync(File, Cancel)).StatusCode);
        var held = await host.Get<IMetadataDatabase>()
            .ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM core_artifact_ref"), Cancel);
        Assert.Equal(0, held);
    }

    [Fact]
    public async Task Traces_are_found_by_what_they_are()
    {
        await StartAsync("tr-1", new Dictionary<string, string> { ["mlflow.traceName"] = "first", ["env"] = "prod" }, new { model = "x" });
        await StartAsync("tr-2", new Dictionary<string, string> { ["mlflow.traceName"] = "second" }, new { model = "y" }, "OK", 10);
        await StartAsync("tr-3", new { }, new { }, "OK", 20);

        Assert.Equal(["tr-3", "tr-2", "tr-1"], await FindAsync(""));
        Assert.Equal(["tr-1"], await FindAsync("tags.env = 'prod'"));
        Assert.Equal(["tr-1"], await FindAsync("trace.status = 'ERROR' AND metadata.model LIKE 'x%'"));
        Assert.Equal(["tr-2"], await FindAsync("name = 'second'"));
        Assert.Equal(["tr-2"], await FindAsync("request_metadata.model = 'y' AND attributes.execution_time_ms = 1500"));
        Assert.Equal(
            ["tr-1", "tr-2"],
            await FindAsync($"timestamp_ms < {Start.AddSeconds(15).ToUnixTimeMilliseconds()}", "timestamp_ms ASC")
        );

        var body = new
        {
            locations = Locations,
            max_results = 2,
            order_by = new[] { "timestamp_ms ASC" },
        };
        var page = await host.CallAsync("POST", "traces/search", body);
        Assert.Equal(2, page.GetProperty("traces").GetArrayLength());
        var rest = await host.CallAsync(
            "POST",
            "traces/search",
            new
            {
                body.locations,
                body.max_results,
                body.order_by,
                page_token = page.Text("next_page_token"),
            }
        );
        Assert.Equal("tr-3", Assert.Single(rest.GetProperty("traces").EnumerateArray()).Text("trace_id"));

        var old = await host.CallAsync("GET", "traces?experiment_ids=0&max_results=1");
        Assert.Equal(("tr-3", "OK"), (old.GetProperty("traces")[0].Text("request_id"), old.GetProperty("traces")[0].Text("status")));
        await host.RefusedAsync(
            "POST",
            "traces/search",
            new { locations = Locations, filter = "color = 'red'" },
            400,
            "INVALID_PARAMETER_VALUE"
        );
        await host.RefusedAsync("POST", "traces/search", new { }, 400, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task Tags_are_set_and_removed_in_both_versions()
    {
        await StartAsync("tr-1", new { }, new { });
        await host.CallAsync(
            "PATCH",
            "traces/tr-1/tags",
            new
            {
                trace_id = "tr-1",
                key = "a",
                value = "1",
            }
        );
        Assert.Equal("1", (await host.CallAsync("GET", "traces/tr-1")).Text("trace", "trace_info", "tags", "a"));
        await host.CallAsync("DELETE", "traces/tr-1/tags", new { key = "a" });
        await host.RefusedAsync("DELETE", "traces/tr-1/tags", new { key = "a" }, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync("PATCH", "traces/tr-9/tags", new { key = "a", value = "1" }, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync("GET", "traces/tr-9", null, 404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Traces_are_deleted_by_id_or_by_age_with_their_spans()
    {
        (await ExportAsync(Request(Root(), Child()).ToByteArray())).Dispose();
        await StartAsync("tr-2", new { }, new { }, "OK", 10);
        await StartAsync("tr-3", new { }, new { }, "OK", 20);

        var deleted = await host.CallAsync(
            "POST",
            "traces/delete-traces",
            new { experiment_id = "0", request_ids = new[] { Id, "tr-none" } }
        );
        Assert.Equal(1, deleted.GetProperty("traces_deleted").GetInt32());
        await host.RefusedAsync("GET", $"traces/get?trace_id={Id}", null, 404, "RESOURCE_DOES_NOT_EXIST");
        var until = Start.AddSeconds(100).ToUnixTimeMilliseconds();
        deleted = await host.CallAsync(
            "POST",
            "traces/delete-traces",
            new
            {
                experiment_id = "0",
                max_timestamp_millis = until,
                max_traces = 1,
            }
        );
        Assert.Equal(1, deleted.GetProperty("traces_deleted").GetInt32());
        Assert.Equal(["tr-3"], await FindAsync(""));
        foreach (
            var wrong in new object[]
            {
                new { experiment_id = "0" },
                new { experiment_id = "0", max_timestamp_millis = -1 },
                new
                {
                    experiment_id = "0",
                    request_ids = new[] { "a" },
                    max_traces = 1,
                },
            }
        )
        {
            await host.RefusedAsync("POST", "traces/delete-traces", wrong, 400, "INVALID_PARAMETER_VALUE");
        }

        // Later than any date, as clients write when they mean all.
        deleted = await host.CallAsync(
            "POST",
            "traces/delete-traces",
            new { experiment_id = "0", max_timestamp_millis = 1_000_000_000_000_000 }
        );
        Assert.Equal(1, deleted.GetProperty("traces_deleted").GetInt32());
    }

    [Fact]
    public async Task Clients_of_version_2_start_and_end_a_trace()
    {
        var started = await host.CallAsync(
            "POST",
            "traces",
            new
            {
                experiment_id = "0",
                timestamp_ms = Start.ToUnixTimeMilliseconds(),
                tags = new[] { new { key = "a", value = "1" } },
            }
        );
        var id = started.Text("trace_info", "request_id");
        Assert.Equal("IN_PROGRESS", started.Text("trace_info", "status"));
        await host.CallAsync("PATCH", $"traces/{id}", new { timestamp_ms = Start.AddSeconds(2).ToUnixTimeMilliseconds(), status = "OK" });

        var info = (await host.CallAsync("GET", $"traces/{id}/info")).GetProperty("trace_info");
        Assert.Equal(("OK", 2000), (info.Text("status"), info.GetProperty("execution_time_ms").GetInt32()));
        Assert.Contains(info.GetProperty("tags").EnumerateArray(), t => t.Text("key") == "a");
    }

    [Fact]
    public async Task What_is_no_export_is_refused()
    {
        var valid = Request(Root()).ToByteArray();
        await ExpectAsync(400, valid, experiment: null);
        await ExpectAsync(404, valid, experiment: "99");
        await ExpectAsync(400, valid, contentType: "application/json");
        await ExpectAsync(400, valid, encoding: "br");
        await ExpectAsync(400, valid, encoding: "gzip"); // It is not.
        await ExpectAsync(400, []);
        await ExpectAsync(400, new TracesData().ToByteArray());
        await ExpectAsync(400, [1, 2, 3]);
        var noId = Root();
        noId.TraceId = ByteString.Empty;
        await ExpectAsync(400, Request(noId).ToByteArray());
        var late = Root();
        late.StartTimeUnixNano = ulong.MaxValue;
        await ExpectAsync(400, Request(late).ToByteArray());
        var deep = new AnyValue { StringValue = "x" };
        for (var i = 0; i < 60; i++)
        {
            deep = new() { ArrayValue = new() { Values = { deep } } };
        }

        var nested = Root();
        nested.Attributes.Add(new KeyValue { Key = "deep", Value = deep });
        await ExpectAsync(400, Request(nested).ToByteArray());

        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(new byte[64 << 20]);
        }

        await ExpectAsync(413, bomb.ToArray(), encoding: "gzip");
    }

    [Fact]
    public async Task Whatever_comes_is_never_the_servers_fault()
    {
        var valid = Request(Root(), Child()).ToByteArray();
        await Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Bool)
            .Array[1, 8]
            .SampleAsync(
                async changes =>
                {
                    var bytes = valid.ToList();
                    foreach (var (at, value, replace) in changes)
                    {
                        if (replace)
                        {
                            bytes[Math.Min(at, bytes.Count - 1)] = value;
                        }
                        else
                        {
                            bytes.Insert(Math.Min(at, bytes.Count), value);
                        }
                    }

                    using var response = await ExportAsync([.. bytes]);
                    Assert.True((int)response.StatusCode is 200 or 400, await response.Content.ReadAsStringAsync(Cancel));
                },
                iter: 1000,
                threads: 4
            );

        // What was taken can be read, whatever is in it.
        foreach (var id in await FindAsync(""))
        {
            await host.CallAsync("GET", $"traces/get?trace_id={id}");
            await host.CallAsync("GET", $"get-trace-artifact?request_id={id}");
        }
    }

    private static object[] Locations => [new { type = "MLFLOW_EXPERIMENT", mlflow_experiment = new { experiment_id = "0" } }];

    private async Task<IEnumerable<string>> FindAsync(string filter, params string[] orderBy)
    {
        var found = await host.CallAsync(
            "POST",
            "traces/search",
            new
            {
                locations = Locations,
                filter,
                order_by = orderBy,
                max_results = 500,
            }
        );
        return found.TryGetProperty("traces", out var traces) ? [.. traces.EnumerateArray().Select(t => t.Text("trace_id"))] : [];
    }

    private Task<JsonElement> StartAsync(string id, object tags, object metadata, string state = "ERROR", int seconds = 0) =>
        host.CallAsync(
            "POST",
            "traces",
            new
            {
                trace = new
                {
                    trace_info = new
                    {
                        trace_id = id,
                        client_request_id = "c-1",
                        trace_location = Locations[0],
                        request_preview = "asked",
                        request_time = Start.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss") + ".123456789Z",
                        execution_duration = "1.500s",
                        state,
                        trace_metadata = metadata,
                        tags,
                    },
                    spans = Array.Empty<object>(),
                },
            }
        );

    private async Task ExpectAsync(
        int status,
        byte[] body,
        string? experiment = "0",
        string contentType = "application/x-protobuf",
        string? encoding = null
    )
    {
        using var response = await ExportAsync(body, experiment, contentType, encoding);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains("error_code", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> ExportAsync(byte[] body, bool zipped)
    {
        if (!zipped)
        {
            return await ExportAsync(body);
        }

        using var stream = new MemoryStream();
        await using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return await ExportAsync(stream.ToArray(), encoding: "gzip");
    }

    private async Task<HttpResponseMessage> ExportAsync(
        byte[] body,
        string? experiment = "0",
        string contentType = "application/x-protobuf",
        string? encoding = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (experiment is not null)
        {
            request.Headers.Add("x-mlflow-experiment-id", experiment);
        }

        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        return await host.Client.SendAsync(request, Cancel);
    }

    private static TracesData Request(params Span[] spans) =>
        new() { ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { spans } } } } } };

    private static Span Root() =>
        new()
        {
            TraceId = ByteString.CopyFrom([.. Enumerable.Range(0, 16).Select(i => (byte)i)]),
            SpanId = ByteString.CopyFrom(1, 0, 0, 0, 0, 0, 0, 1),
            Name = "root",
            StartTimeUnixNano = Nanoseconds(Start),
            EndTimeUnixNano = Nanoseconds(Start.AddSeconds(2.5)),
            Status = new() { Code = Status.Types.StatusCode.Ok },
            Attributes =
            {
                new KeyValue
                {
                    Key = "mlflow.spanInputs",
                    Value = new() { StringValue = """{"question": "why"}""" },
                },
                new KeyValue
                {
                    Key = "mlflow.spanOutputs",
                    Value = new() { StringValue = "\"because\"" },
                },
                new KeyValue
                {
                    Key = "count",
                    Value = new() { IntValue = 7 },
                },
                new KeyValue
                {
                    Key = "list",
                    Value = new()
                    {
                        ArrayValue = new()
                        {
                            Values =
                            {
                                new AnyValue { DoubleValue = 1.5 },
                                new AnyValue { BoolValue = true },
                            },
                        },
                    },
                },
            },
            Events =
            {
                new Span.Types.Event { Name = "tick", TimeUnixNano = Nanoseconds(Start.AddSeconds(1)) },
            },
        };

    private static Span Child() =>
        new()
        {
            TraceId = Root().TraceId,
            SpanId = ByteString.CopyFrom(2, 0, 0, 0, 0, 0, 0, 2),
            ParentSpanId = Root().SpanId,
            Name = "child",
            StartTimeUnixNano = Nanoseconds(Start.AddSeconds(1)),
            EndTimeUnixNano = Nanoseconds(Start.AddSeconds(2)),
        };

    private static ulong Nanoseconds(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
