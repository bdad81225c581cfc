using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceRepositoryTests : IAsyncLifetime
{
    private InferenceFixture fixture = null!;

    public async ValueTask InitializeAsync() => fixture = await InferenceFixture.StartAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Theory]
    [InlineData("", 2)]
    [InlineData("{}", 2)]
    [InlineData("""{"ready":false}""", 2)]
    [InlineData("""{"ready":true}""", 1)]
    public async Task The_index_lists_what_is_open(string body, int count)
    {
        fixture.Models.Open = [new("a@champion", new("a", 3), new("a", 4), .1, null), new("b@v2", null, null, 0, "No such file.")];
        var reply = await fixture.PostAsync("/v2/repository/index", body);
        JsonNode[] all =
        [
            JsonNode.Parse("""{"name":"a","version":"3","state":"READY","reason":""}""")!,
            JsonNode.Parse("""{"name":"b","version":"2","state":"UNAVAILABLE","reason":"No such file."}""")!,
        ];
        Assert.Equal(new JsonArray(all[..count]).ToJsonString(), reply.Text);
    }

    [Fact]
    public async Task To_load_is_to_open_what_the_default_alias_means()
    {
        var reply = await fixture.PostAsync("/v2/repository/models/a%2Fb/load", """{"parameters":{},"repository_name":""}""");
        Assert.Equal((200, 0), (reply.Status, reply.Body.Length));
        Assert.Equal("a/b@champion", fixture.Models.LastModel?.ToString());

        fixture.Models.Description = m => throw new AssetNotFoundException(new(AssetKind.Model, m.Name));
        Assert.NotEmpty((await fixture.PostAsync("/v2/repository/models/a/load", "")).Error);
    }

    [Fact]
    public async Task The_index_says_what_was_unloaded()
    {
        var reply = await fixture.PostAsync("/v2/repository/models/a/unload", """{"parameters":{"unload_dependents":true}}""");
        Assert.Equal((200, 0), (reply.Status, reply.Body.Length));
        Assert.Equal(["a"], fixture.Models.Unloaded);
        Assert.Equal(
            """[{"name":"a","version":"","state":"UNAVAILABLE","reason":"unloaded"}]""",
            (await fixture.PostAsync("/v2/repository/index", "")).Text
        );
        Assert.Equal("[]", (await fixture.PostAsync("/v2/repository/index", """{"ready":true}""")).Text);
    }

    [Theory]
    [InlineData("""{"parameters":{"file:1/model.onnx":"AAAA"}}""", 400, "file:1/model.onnx")]
    [InlineData("""{"parameters":{"config":"{}"}}""", 400, "'config' is not supported: how a model is served")]
    [InlineData("""{"parameters":{"other":"x"}}""", 400, "'other' is not supported: this server takes none here")]
    [InlineData("""{"repository_name":"mine"}""", 404, "There is no repository 'mine'")]
    [InlineData("""{"repository_name":null}""", 400, "'repository_name' is not a string")]
    [InlineData("""{"parameters":1}""", 400, "parameters")]
    [InlineData("[]", 400, "object")]
    [InlineData("{", 400, "JSON")]
    [InlineData("""{"parameters":{},"parameters":{"file:x":""}}""", 400, "The body is not valid JSON: a member is given twice")]
    [InlineData("""{"parameters":{},}""", 400, "The body is not valid JSON: the comma before the '}' at line 1, byte 18 is one too many.")]
    public async Task What_would_bring_a_model_along_or_is_malformed_is_refused(string body, int status, string says)
    {
        var reply = await fixture.PostAsync("/v2/repository/models/a/load", body);
        Assert.Equal(status, reply.Status);
        Assert.Contains(says, reply.Error, StringComparison.Ordinal);
        Assert.Null(fixture.Models.LastModel);
    }

    [Theory]
    [InlineData("/v2/repository/index", """{"repository_name":"mine"}""", 404, "There is no repository 'mine'")]
    [InlineData("/v2/repository/models/a/unload", """{"repository_name":"mine"}""", 404, "There is no repository 'mine'")]
    [InlineData("/v2/repository/models/a/unload", """{"parameters":{"other":1}}""", 400, "this server takes unload_dependents here")]
    public async Task What_unload_and_index_do_not_know_is_refused(string path, string body, int status, string says)
    {
        var reply = await fixture.PostAsync(path, body);
        Assert.Equal(status, reply.Status);
        Assert.Contains(says, reply.Error, StringComparison.Ordinal);
        Assert.Empty(fixture.Models.Unloaded);
    }

    [Fact]
    public async Task What_the_index_is_asked_must_be_a_truth_value()
    {
        var reply = await fixture.PostAsync("/v2/repository/index", """{"ready":1}""");
        Assert.Equal(400, reply.Status);
        Assert.Contains("ready", reply.Error, StringComparison.Ordinal);
    }
}
