using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>The host calls itself: at <c>/hook</c> it keeps what it is told.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private static readonly object[] AllPairs =
    [
        Pair("REGISTERED_MODEL", "CREATED"),
        Pair("MODEL_VERSION", "CREATED"),
        Pair("MODEL_VERSION_TAG", "SET"),
        Pair("MODEL_VERSION_TAG", "DELETED"),
        Pair("MODEL_VERSION_ALIAS", "CREATED"),
        Pair("MODEL_VERSION_ALIAS", "DELETED"),
        Pair("PROMPT", "CREATED"),
        Pair("PROMPT_VERSION", "CREATED"),
        Pair("PROMPT_TAG", "SET"),
        Pair("PROMPT_TAG", "DELETED"),
        Pair("PROMPT_VERSION_TAG", "SET"),
        Pair("PROMPT_VERSION_TAG", "DELETED"),
        Pair("PROMPT_ALIAS", "CREATED"),
        Pair("PROMPT_ALIAS", "DELETED"),
    ];

    private readonly ConcurrentQueue<(IReadOnlyDictionary<string, string> Headers, string Body)> told = [];
    private int status = 200;
    private WebHost host = null!;

    private string Hook => $"http://127.0.0.1:{host.Port}/hook";

    public async ValueTask InitializeAsync() =>
        host = await WebHost.StartAsync(
            middleware: app => app.Map("/hook", hook => hook.Run(KeepAsync)),
            settings: [("MlPlatform:Delivery:AllowHttp", "true"), ("MlPlatform:Delivery:AllowedNetworks:0", "127.0.0.0/8")]
        );

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_webhook_is_made_found_changed_and_deleted_and_its_secret_is_never_given_out()
    {
        var made = (
            await host.CallAsync(
                "POST",
                "webhooks",
                new
                {
                    name = "my.hook-1",
                    url = "https://example.com/a?b=c",
                    description = "tells",
                    events = new[] { Pair("MODEL_VERSION", "CREATED"), Pair("MODEL_VERSION", "CREATED"), new { entity = 5, action = 1 } },
                    secret = "s3cret",
                }
            )
        ).GetProperty("webhook");
        var id = made.Text("webhook_id");
        Assert.Equal(
            ("my.hook-1", "https://example.com/a?b=c", "ACTIVE", "tells"),
            (made.Text("name"), made.Text("url"), made.Text("status"), made.Text("description"))
        );
        Assert.Equal(
            """[{"entity":"MODEL_VERSION","action":"CREATED"},{"entity":"PROMPT","action":"CREATED"}]""",
            made.GetProperty("events").GetRawText()
        );
        Assert.Equal(made.GetRawText(), (await host.CallAsync("GET", $"webhooks/{id}")).GetProperty("webhook").GetRawText());

        var changed = (
            await host.CallAsync("PATCH", $"webhooks/{id}", new { status = "DISABLED", events = new[] { Pair("PROMPT_TAG", "SET") } })
        ).GetProperty("webhook");
        Assert.Equal(("DISABLED", "my.hook-1"), (changed.Text("status"), changed.Text("name")));
        Assert.Equal("""[{"entity":"PROMPT_TAG","action":"SET"}]""", changed.GetProperty("events").GetRawText());

        var other = await CreateAsync("other");
        var page = await host.CallAsync("GET", "webhooks?max_results=1");
        Assert.Equal(other, page.GetProperty("webhooks")[0].Text("webhook_id"));
        page = await host.CallAsync("GET", $"webhooks?max_results=1&page_token={page.Text("next_page_token")}");
        Assert.Equal(id, page.GetProperty("webhooks")[0].Text("webhook_id"));
        var all = await host.CallAsync("GET", "webhooks");
        Assert.DoesNotContain("s3cret", all.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", all.GetRawText(), StringComparison.Ordinal);
        Assert.False(all.TryGetProperty("next_page_token", out _));

        await host.CallAsync("DELETE", $"webhooks/{id}");
        await host.RefusedAsync("GET", $"webhooks/{id}", null, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync("PATCH", $"webhooks/{id}", new { name = "x" }, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync("DELETE", $"webhooks/{id}", null, 404, "RESOURCE_DOES_NOT_EXIST");
        await host.RefusedAsync("POST", $"webhooks/{id}/test", new { }, 404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Theory]
    [InlineData("-a", "https://example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("a.", "https://example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("a b", "https://example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("a\n", "https://example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", "https://example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("a", "no url", "MODEL_VERSION", "CREATED")]
    [InlineData("a", "ftp://example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("a", "https://user:word@example.com", "MODEL_VERSION", "CREATED")]
    [InlineData("a", "https://example.com", "MODEL_VERSION", "DELETED")]
    [InlineData("a", "https://example.com", "REGISTERED_MODEL", "UPDATED")]
    [InlineData("a", "https://example.com", "MODEL_VERSION", "EXPLODED")]
    [InlineData("a", "https://example.com", "ENTITY_UNSPECIFIED", "CREATED")]
    public async Task What_is_no_webhook_is_refused(string name, string url, string entity, string action) =>
        await host.RefusedAsync(
            "POST",
            "webhooks",
            new
            {
                name,
                url,
                events = new[] { Pair(entity, action) },
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );

    [Fact]
    public async Task Missing_fields_are_named()
    {
        foreach (var field in new[] { "name", "url", "events" })
        {
            var body = new Dictionary<string, object>
            {
                ["name"] = "a",
                ["url"] = "https://example.com",
                ["events"] = AllPairs,
            };
            body.Remove(field);
            var (code, reply) = await host.TryAsync("POST", "webhooks", body);
            Assert.Equal(400, code);
            Assert.Contains($"'{field}'", reply.Text("message"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_leave_an_address_must_be_https()
    {
        await using var strict = await WebHost.StartAsync();
        await strict.RefusedAsync(
            "POST",
            "webhooks",
            new
            {
                name = "a",
                url = "http://example.com",
                events = AllPairs,
            },
            400,
            "INVALID_PARAMETER_VALUE"
        );
    }

    [Fact]
    public async Task Models_versions_tags_and_aliases_are_told_signed()
    {
        await CreateAsync("all", "s3cret");
        await host.CallAsync(
            "POST",
            "registered-models/create",
            new
            {
                name = "late",
                description = "flights",
                tags = new[] { new { key = "a", value = "1" } },
            }
        );
        await host.CallAsync(
            "POST",
            "registered-models/set-tag",
            new
            {
                name = "late",
                key = "x",
                value = "not told",
            }
        );
        await host.CallAsync(
            "POST",
            "model-versions/create",
            new
            {
                name = "late",
                source = "s3://b/m",
                description = "first",
            }
        );
        await host.CallAsync(
            "POST",
            "model-versions/set-tag",
            new
            {
                name = "late",
                version = "1",
                key = "k",
                value = "v",
            }
        );
        await host.CallAsync(
            "DELETE",
            "model-versions/delete-tag",
            new
            {
                name = "late",
                version = "1",
                key = "k",
            }
        );
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
        await host.CallAsync("DELETE", "registered-models/alias", new { name = "late", alias = "champion" });

        await DeliverAsync();

        Assert.Equal(
            [
                """registered_model.created {"name":"late","tags":{"a":"1","x":"not told"},"description":"flights"}""",
                """model_version.created {"name":"late","version":"1","source":"s3://b/m","run_id":null,"tags":{},"description":"first"}""",
                """model_version_tag.set {"name":"late","version":"1","key":"k","value":"v"}""",
                """model_version_tag.deleted {"name":"late","version":"1","key":"k"}""",
                """model_version_alias.created {"name":"late","alias":"champion","version":"1"}""",
                """model_version_alias.deleted {"name":"late","alias":"champion"}""",
            ],
            Told()
        );
        foreach (var (headers, body) in told)
        {
            var signed = $"{headers["X-MLflow-Delivery-Id"]}.{headers["X-MLflow-Timestamp"]}.{body}";
            var expected = Convert.ToBase64String(HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes(signed)));
            Assert.Equal($"v1,{expected}", headers["X-MLflow-Signature"]);
            Assert.True(DateTimeOffset.TryParse(JsonDocument.Parse(body).RootElement.Text("timestamp"), out _));
        }
    }

    [Fact]
    public async Task Prompts_are_told_in_their_own_words()
    {
        await CreateAsync("all");
        var prompt = new[] { new { key = "mlflow.prompt.is_prompt", value = "true" } };
        await host.CallAsync("POST", "registered-models/create", new { name = "hello", tags = prompt });
        await host.CallAsync(
            "POST",
            "model-versions/create",
            new
            {
                name = "hello",
                source = "prompt-template",
                tags = prompt.Append(new { key = "mlflow.prompt.text", value = "Hello {{name}}!" }).Append(new { key = "t", value = "1" }),
            }
        );
        await host.CallAsync(
            "POST",
            "registered-models/set-tag",
            new
            {
                name = "hello",
                key = "k",
                value = "v",
            }
        );
        await host.CallAsync("DELETE", "registered-models/delete-tag", new { name = "hello", key = "k" });
        await host.CallAsync(
            "POST",
            "model-versions/set-tag",
            new
            {
                name = "hello",
                version = "1",
                key = "k",
                value = "v",
            }
        );
        await host.CallAsync(
            "DELETE",
            "model-versions/delete-tag",
            new
            {
                name = "hello",
                version = "1",
                key = "k",
            }
        );
        await host.CallAsync(
            "POST",
            "registered-models/alias",
            new
            {
                name = "hello",
                alias = "live",
                version = "1",
            }
        );
        await host.CallAsync("DELETE", "registered-models/alias", new { name = "hello", alias = "live" });

        await DeliverAsync();

        Assert.Equal(
            [
                """prompt.created {"name":"hello","tags":{},"description":null}""",
                """prompt_version.created {"name":"hello","version":"1","template":"Hello {{name}}!","tags":{"t":"1"},"description":null}""",
                """prompt_tag.set {"name":"hello","key":"k","value":"v"}""",
                """prompt_tag.deleted {"name":"hello","key":"k"}""",
                """prompt_version_tag.set {"name":"hello","version":"1","key":"k","value":"v"}""",
                """prompt_version_tag.deleted {"name":"hello","version":"1","key":"k"}""",
                """prompt_alias.created {"name":"hello","alias":"live","version":"1"}""",
                """prompt_alias.deleted {"name":"hello","alias":"live"}""",
            ],
            Told()
        );
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_told_and_nothing_of_the_time_while_it_was_disabled()
    {
        var id = await CreateAsync("versions", null, Pair("MODEL_VERSION", "CREATED"));
        await host.CallAsync("POST", "registered-models/create", new { name = "a" });
        await host.CallAsync("POST", "model-versions/create", new { name = "a", source = "s3://b/m" });
        await DeliverAsync();
        await host.CallAsync("PATCH", $"webhooks/{id}", new { status = "DISABLED" });
        await host.CallAsync("POST", "model-versions/create", new { name = "a", source = "s3://b/m" });
        await DeliverAsync();
        await host.CallAsync("PATCH", $"webhooks/{id}", new { status = "ACTIVE" });
        await host.CallAsync("POST", "model-versions/create", new { name = "a", source = "s3://b/m" });
        await DeliverAsync();

        Assert.Equal(["1", "3"], told.Select(t => JsonDocument.Parse(t.Body).RootElement.Text("data", "version")));
        Assert.DoesNotContain("X-MLflow-Signature", told.First().Headers.Keys);
    }

    [Fact]
    public async Task A_test_tells_what_the_receiver_answers()
    {
        var id = await CreateAsync("all");
        var result = (await host.CallAsync("POST", $"webhooks/{id}/test", new { })).GetProperty("result");
        Assert.Equal("""{"success":true,"response_status":200,"response_body":"thanks"}""", result.GetRawText());
        status = 418;
        result = (await host.CallAsync("POST", $"webhooks/{id}/test", new { @event = Pair("PROMPT_ALIAS", "CREATED") })).GetProperty(
            "result"
        );
        Assert.Equal("""{"success":false,"response_status":418,"response_body":"thanks"}""", result.GetRawText());
        Assert.Equal(
            [
                """registered_model.created {"name":"example_name","tags":{"example_key":"example_value"},"description":"example_description"}""",
                """prompt_alias.created {"name":"example_name","alias":"example_alias","version":"1"}""",
            ],
            Told()
        );

        await host.CallAsync("PATCH", $"webhooks/{id}", new { url = "http://10.255.255.1/" });
        result = (await host.CallAsync("POST", $"webhooks/{id}/test", new { })).GetProperty("result");
        Assert.False(result.GetProperty("success").GetBoolean());
        Assert.Contains("not in a public network", result.Text("error_message"), StringComparison.Ordinal);
    }

    private static object Pair(string entity, string action) => new { entity, action };

    private async Task<string> CreateAsync(string name, string? secret = null, params object[] events)
    {
        var made = await host.CallAsync(
            "POST",
            "webhooks",
            new
            {
                name,
                url = Hook,
                events = events.Length == 0 ? AllPairs : events,
                secret,
            }
        );
        return made.Text("webhook", "webhook_id");
    }

    private Task DeliverAsync() =>
        host.Get<IEnumerable<IRecurringWork>>().Single(w => w.Name == "delivery").RunAsync(default, TestContext.Current.CancellationToken);

    private IEnumerable<string> Told() =>
        told.Select(t =>
        {
            var body = JsonDocument.Parse(t.Body).RootElement;
            return $"{body.Text("entity")}.{body.Text("action")} {body.GetProperty("data").GetRawText()}";
        });

    private async Task KeepAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        told.Enqueue((context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
        context.Response.StatusCode = status;
        await context.Response.WriteAsync("thanks", context.RequestAborted);
    }
}
