using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;
using static MlPlatform.AspNetCore.Tests.ServedModels;

namespace MlPlatform.AspNetCore.Tests;

public sealed class RolloutEndpointTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rollout_is_started_seen_and_promoted()
    {
        await using var served = await ServedModels.StartAsync();
        var none = await served.GetAsync(Rollouts + "/open");
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST"), (none.Status, none.ErrorCode));
        Assert.Equal("""{"rollouts":[]}""", (await served.GetAsync(Rollouts)).Text);

        var started = Ok(
            await served.PostAsync(
                Rollouts,
                """{"candidate":2,"steps":[2.5,50],"hold_seconds":90,"maximum_step_seconds":7200.5,"minimum_requests":7,"shadow":true,"promote_by_hand":true}"""
            )
        );
        var id = (string)started["id"]!;
        Assert.Equal(
            (Model, "champion", 2, 1, "shadow", true, -1, 0d),
            (
                (string)started["model"]!,
                (string)started["alias"]!,
                (int)started["candidate"]!,
                (int)started["baseline"]!,
                (string)started["state"]!,
                (bool)started["is_open"]!,
                (int)started["step"]!,
                (double)started["share"]!
            )
        );
        Assert.Equal("[2.5,50]", started["steps"]!.ToJsonString());
        Assert.Equal(
            (90d, 7200.5, 7, true, true),
            (
                (double)started["hold_seconds"]!,
                (double)started["maximum_step_seconds"]!,
                (int)started["minimum_requests"]!,
                (bool)started["shadow"]!,
                (bool)started["promote_by_hand"]!
            )
        );
        Assert.True(DateTimeOffset.TryParse((string)started["started_at"]!, out _));
        Assert.False(started.AsObject().ContainsKey("ended_at"));

        Assert.Equal(started.ToJsonString(), Ok(await served.GetAsync(Rollouts + "/open")).ToJsonString());
        Assert.Equal(started.ToJsonString(), Ok(await served.GetAsync(One + id)).ToJsonString());

        var evidence = (await served.GetAsync(One + id + "/evidence")).Text;
        Assert.StartsWith(
            """{"evidence":{"verdict":"inconclusive","reason":"0 requests in this step; 7 are needed.",""",
            evidence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            """"measures":[{"metric":"requests","count":0,"candidate":0,"baseline":0,"threshold":7},"""",
            evidence,
            StringComparison.Ordinal
        );
        Assert.Equal(404, (await served.GetAsync(One + Guid.Empty + "/evidence")).Status);

        var promoted = Ok(await served.PostAsync(One + id + "/promote", """{"reason":"Judged by hand."}"""));
        Assert.Equal(
            ("promoted", "Judged by hand.", 1d),
            ((string)promoted["state"]!, (string)promoted["reason"]!, (double)promoted["share"]!)
        );
        Assert.Equal(2, (await served.Host.Get<IModelRegistry>().GetAliasAsync(Model, "champion", Cancel))!.Version);
        Assert.Equal(404, (await served.GetAsync(Rollouts + "/open")).Status);
    }

    [Fact]
    public async Task A_rollout_is_taken_back_and_the_list_has_the_newest_first()
    {
        await using var served = await ServedModels.StartAsync();
        var first = (string)Ok(await served.PostAsync(Rollouts, """{"candidate":2}"""))["id"]!;
        var ended = Ok(await served.PostAsync(One + first + "/rollback", """{"reason":"The night shift sleeps."}"""));
        Assert.Equal(("rolledBack", "The night shift sleeps."), ((string)ended["state"]!, (string)ended["reason"]!));
        Assert.Equal(1, (await served.Host.Get<IModelRegistry>().GetAliasAsync(Model, "champion", Cancel))!.Version);
        var second = (string)Ok(await served.PostAsync(Rollouts, """{"candidate":2}"""))["id"]!;

        Assert.Equal([second, first], await ListAsync(string.Empty));
        Assert.Equal([second], await ListAsync("?max_results=1"));
        foreach (var wrong in (string[])["0", "1001", "x", "1.5", "-1"])
        {
            var refused = await served.GetAsync($"{Rollouts}?max_results={wrong}");
            Assert.Equal(400, refused.Status);
            Assert.Contains($"'{wrong}'; 1 to 1000 is allowed", refused.Message, StringComparison.Ordinal);
        }

        async Task<IEnumerable<string>> ListAsync(string query) =>
            (await served.GetAsync(Rollouts + query)).Json["rollouts"]!.AsArray().Select(r => (string)r!["id"]!);
    }

    [Fact]
    public async Task What_stands_in_the_way_is_a_conflict_and_says_what_to_do()
    {
        await using var served = await ServedModels.StartAsync();
        var same = await served.PostAsync(Rollouts, """{"candidate":1}""");
        Assert.Equal((409, "RESOURCE_CONFLICT"), (same.Status, same.ErrorCode));
        Assert.Contains("points at version 1 already", same.Message, StringComparison.Ordinal);

        var id = (string)Ok(await served.PostAsync(Rollouts, """{"candidate":2}"""))["id"]!;
        var second = await served.PostAsync(Rollouts, """{"candidate":2}""");
        Assert.Equal(409, second.Status);
        Assert.Contains($"Rollout {id} of '{Model}' is open", second.Message, StringComparison.Ordinal);

        Ok(await served.PostAsync(One + id + "/rollback", """{"reason":"No."}"""));
        foreach (var end in (string[])["/promote", "/rollback"])
        {
            var late = await served.PostAsync(One + id + end, """{"reason":"Again."}""");
            Assert.Equal(409, late.Status);
            Assert.Contains("has ended already: RolledBack. No.", late.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST", "/api/mlp/v1/serving/models/absent/rollouts", """{"candidate":1}""")]
    [InlineData("POST", Rollouts, """{"candidate":3}""")]
    [InlineData("GET", One + "0197f0c0000070008000000000000001", null)]
    [InlineData("GET", One + "x", null)]
    [InlineData("POST", One + "0197f0c0000070008000000000000001/promote", """{"reason":"r"}""")]
    [InlineData("POST", One + "0197f0c0000070008000000000000001/rollback", """{"reason":"r"}""")]
    [InlineData("POST", One + "x/rollback", """{"reason":"r"}""")]
    public async Task What_does_not_exist_is_not_found(string method, string path, string? body)
    {
        await using var served = await ServedModels.StartAsync();
        var reply = body is null ? await served.GetAsync(path) : await served.PostAsync(path, body);
        Assert.Equal((method, 404, "RESOURCE_DOES_NOT_EXIST"), (method, reply.Status, reply.ErrorCode));
        Assert.NotEmpty(reply.Message);
    }

    [Fact]
    public async Task Bad_options_are_refused_with_what_was_wrong_and_start_nothing()
    {
        await using var served = await ServedModels.StartAsync();
        (string Body, string Says)[] bad =
        [
            ("""{}""", "candidate"),
            ("""{"candidate":0}""", "'candidate' is 0"),
            ("""{"candidate":"2"}""", "$.candidate"),
            ("""{"candidate":2,"candidate":2}""", "candidate"),
            ("""{"candidate":2,"step":[5]}""", "'step'"),
            ("""{"candidate":2,"steps":[]}""", "Steps"),
            ("""{"candidate":2,"steps":[50,5]}""", "50, 5 are not rising"),
            ("""{"candidate":2,"steps":[0]}""", "above 0"),
            ("""{"candidate":2,"steps":[101]}""", "at most 100"),
            ($$"""{"candidate":2,"steps":[{{string.Join(',', Enumerable.Range(1, 101).Select(i => i * 0.5))}}]}""", "101 items"),
            ("""{"candidate":2,"hold_seconds":-1}""", "'hold_seconds' is -1"),
            ("""{"candidate":2,"hold_seconds":1e300}""", "'hold_seconds' is 1E+300"),
            ("""{"candidate":2,"hold_seconds":60,"maximum_step_seconds":59}""", "MaximumStepTime"),
            ("""{"candidate":2,"minimum_requests":0}""", "MinimumRequests"),
            ("""{"candidate":2,"alias":" "}""", "' ' cannot be the alias"),
            ("""{"candidate":2,"alias":"v7"}""", "'v7' cannot be the alias"),
            ("""{"candidate":2,"alias":"Latest"}""", "'Latest' cannot be the alias"),
            ("""{"candidate":2,"alias":"not/an alias"}""", "'not/an alias' cannot be the alias"),
            ("""[]""", "not what this route takes"),
            ("""null""", "null"),
        ];
        foreach (var (body, says) in bad)
        {
            var reply = await served.PostAsync(Rollouts, body);
            Assert.True(reply.Status == 400, $"{body}: {reply.Status} {reply.Text}");
            Assert.Equal("INVALID_PARAMETER_VALUE", reply.ErrorCode);
            Assert.Contains(says, reply.Message, StringComparison.Ordinal);
        }

        Assert.Equal("""{"rollouts":[]}""", (await served.GetAsync(Rollouts)).Text);
    }

    [Fact]
    public async Task To_end_one_takes_a_reason_in_json()
    {
        await using var served = await ServedModels.StartAsync();
        var id = (string)Ok(await served.PostAsync(Rollouts, """{"candidate":2}"""))["id"]!;
        foreach (
            var body in (string[])["{}", """{"reason":" "}""", """{"reason":null}""", """{"reason":1}""", """{"reason":"a","why":"b"}"""]
        )
        {
            Assert.Equal(400, (await served.PostAsync(One + id + "/promote", body)).Status);
        }

        Assert.Equal(415, (await served.Host.SendAsync("POST", One + id + "/rollback", "{}"u8.ToArray())).Status);
        var large = await served.PostAsync(One + id + "/rollback", $$"""{"reason":"{{new string('x', 1 << 20)}}"}""");
        Assert.Equal(413, large.Status);
        Assert.Equal("canary", (string)Ok(await served.GetAsync(One + id))["state"]!);
    }

    [Fact]
    public async Task Readers_look_writers_operate_and_the_event_names_them()
    {
        await using var served = await ServedModels.StartAsync(withPolicies: true);
        const string Reader = $"Authorization: {TestAuthentication.Reader}";
        const string Writer = $"Authorization: {TestAuthentication.Writer}";
        Assert.Equal(401, (await served.GetAsync(Rollouts)).Status);
        Assert.Equal(200, (await served.GetAsync(Rollouts, Reader)).Status);
        var refused = await served.PostAsync(Rollouts, """{"candidate":2}""", Reader);
        Assert.Equal((403, "PERMISSION_DENIED"), (refused.Status, refused.ErrorCode));

        var id = (string)Ok(await served.PostAsync(Rollouts, """{"candidate":2}""", Writer))["id"]!;
        Assert.Equal(403, (await served.PostAsync(One + id + "/rollback", """{"reason":"r"}""", Reader)).Status);
        Ok(await served.PostAsync(One + id + "/rollback", """{"reason":"Too slow."}""", Writer));

        var events = await served
            .Host.Get<IEventLog>()
            .ReadAsync(new() { Types = [EventTypes.RolloutStarted, EventTypes.RolloutEnded] }, Cancel);
        Assert.Equal(["person:wim", "person:wim"], events.Select(e => e.Actor.ToString()));
        Assert.Equal("Too slow.", events[^1].Payload.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task What_is_no_route_is_told_so()
    {
        await using var served = await ServedModels.StartAsync();
        var unknown = await served.GetAsync("/api/mlp/v1/serving/nothing");
        Assert.Equal((404, "ENDPOINT_NOT_FOUND"), (unknown.Status, unknown.ErrorCode));
        var method = await served.Host.SendAsync("DELETE", Rollouts);
        Assert.Equal((405, "GET, POST"), (method.Status, method.Headers["Allow"]));
    }

    [Fact]
    public async Task Served_references_are_listed_with_the_candidate_and_its_share()
    {
        await using var served = await ServedModels.StartAsync();
        Assert.Equal("""{"models":[]}""", (await served.GetAsync("/api/mlp/v1/serving/models")).Text);
        await served.InferAsync();
        Ok(await served.PostAsync(Rollouts, """{"candidate":2,"steps":[25]}"""));
        const string Expected = """{"models":[{"reference":"late flights@champion","share":0.25,"version":1,"candidate":2}]}""";
        Assert.Equal(Expected, (await served.GetAsync("/api/mlp/v1/serving/models")).Text);
        Assert.Equal(Expected, (await served.GetAsync("/api/mlp/v1/serving/models/late%20flights")).Text);
        Assert.Equal("""{"models":[]}""", (await served.GetAsync("/api/mlp/v1/serving/models/other")).Text);
    }

    private static JsonNode Ok(RawReply reply)
    {
        Assert.True(reply.Status == 200, $"{reply.Status} {reply.Text}");
        return reply.Json["rollout"]!;
    }
}
