using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceEndpointTests : IAsyncLifetime
{
    private const string Input = """{"name":"x","shape":[1],"datatype":"INT8","data":[1]}""";
    private const string Simple = $$"""{"inputs":[{{Input}}]}""";
    private InferenceFixture fixture = null!;

    public async ValueTask InitializeAsync() => fixture = await InferenceFixture.StartAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task An_answer_in_json_says_who_gave_it()
    {
        var reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            """
            {"id":"q-1","inputs":[{"name":"a","shape":[2,1],"datatype":"FP32","data":[[0.1],[-2]]},{"name":"b","shape":[2],"datatype":"BYTES","data":["x\"","ä"]}]}
            """
        );
        Assert.Equal(200, reply.Status);
        Assert.Equal("application/json", reply.Headers["Content-Type"]);
        Assert.Equal("canary", reply.Headers["mlp-route"]);
        Assert.Equal(ScriptedModels.MadeId.ToString(), reply.Headers["mlp-prediction-id"]);
        Assert.False(reply.Headers.ContainsKey("Inference-Header-Content-Length"));
        Assert.Equal(
            $$"""{"model_name":"m","model_version":"7","id":"q-1","parameters":{"route":"canary","prediction_id":"{{ScriptedModels.MadeId}}"},"outputs":[{"name":"a","shape":[2,1],"datatype":"FP32","data":[0.1,-2]},{"name":"b","shape":[2],"datatype":"BYTES","data":["x\"","ä"]}]}""",
            reply.Text
        );
    }

    [Theory]
    [InlineData("BOOL", "true,false")]
    [InlineData("INT8", "-128,127")]
    [InlineData("UINT8", "0,255")]
    [InlineData("INT16", "-32768,32767")]
    [InlineData("UINT16", "0,65535")]
    [InlineData("INT32", "-2147483648,2147483647")]
    [InlineData("UINT32", "0,4294967295")]
    [InlineData("INT64", "-9223372036854775808,9223372036854775807")]
    [InlineData("UINT64", "0,18446744073709551615")]
    [InlineData("FP32", "3.4028235E+38,1E-45")]
    [InlineData("FP64", "1.7976931348623157E+308,5E-324")]
    [InlineData("BYTES", "\"\",\"\U0001F600\"")]
    public async Task Every_datatype_comes_back_in_json_at_its_extremes(string datatype, string data)
    {
        var reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            $$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{datatype}}","data":[{{data}}]}]}"""
        );
        Assert.EndsWith(
            $$"""[{"name":"x","shape":[2],"datatype":"{{datatype}}","data":[{{data}}]}]}""",
            Unescaped(reply),
            StringComparison.Ordinal
        );

        // The writer may escape what lies outside of the basic plane.
        static string Unescaped(RawReply reply) => reply.Text.Replace("\\uD83D\\uDE00", "\U0001F600", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Timestamps_are_whole_numbers()
    {
        fixture.Models.Answer = (_, _) => new([new NamedTensor("t", DataType.Timestamp, [1], new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 })]);
        var reply = await fixture.PostAsync(InferenceFixture.Infer, Simple);
        Assert.Equal("""{"name":"t","shape":[1],"datatype":"INT64","data":[1]}""", reply.Json["outputs"]![0]!.ToJsonString());
    }

    [Theory]
    [InlineData(DataType.Float32, "0000C07F")]
    [InlineData(DataType.Float32, "0000807F")]
    [InlineData(DataType.Float64, "000000000000F0FF")]
    [InlineData(DataType.Float16, "003C")]
    [InlineData(DataType.BFloat16, "803F")]
    public async Task What_json_has_no_form_for_must_be_asked_for_in_bytes(DataType type, string hex)
    {
        fixture.Models.Answer = (_, _) => new([new NamedTensor("y", type, [1], Convert.FromHexString(hex))]);
        var reply = await fixture.PostAsync(InferenceFixture.Infer, Simple);
        Assert.Equal(400, reply.Status);
        Assert.Contains("Output 'y'", reply.Error, StringComparison.Ordinal);
        Assert.Contains("request binary", reply.Error, StringComparison.Ordinal);
        Assert.False(reply.Headers.ContainsKey("mlp-prediction-id"));

        reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            $$$"""{"inputs":[{{{Input}}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}"""
        );
        Assert.EndsWith(hex, Convert.ToHexString(reply.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_missing_is_an_empty_one()
    {
        fixture.Models.Answer = (_, _) => new([new NamedTensor("y", [2], ["a", null])]);
        Assert.Contains("\"data\":[\"a\",\"\"]", (await fixture.PostAsync(InferenceFixture.Infer, Simple)).Text, StringComparison.Ordinal);
        var binary = await fixture.PostAsync(InferenceFixture.Infer, $$$"""{"inputs":[],"parameters":{"binary_data_output":true}}""");
        Assert.EndsWith("010000006100000000", Convert.ToHexString(binary.Body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/models/m/infer", "m@champion")]
    [InlineData("/v2/models/m/versions/3/infer", "m@v3")]
    [InlineData("/v2/models/a%20b%C3%A9/infer", "a b\u00e9@champion")]
    [InlineData("/v2/models/a%2Fb/versions/3/infer", "a/b@v3")]
    [InlineData("/v2/models/a%252Fb/infer", "a%2Fb@champion")]
    public async Task The_path_names_the_model(string path, string reference)
    {
        Assert.Equal(200, (await fixture.PostAsync(path, Simple)).Status);
        Assert.Equal(reference, fixture.Models.LastModel?.ToString());
    }

    [Theory]
    [InlineData("v3")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("2147483648")]
    public async Task What_is_no_version_is_not_found(string version)
    {
        var reply = await fixture.PostAsync($"/v2/models/m/versions/{version}/infer", Simple);
        Assert.Equal(404, reply.Status);
        Assert.Contains(version, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_say_what_a_caller_may_say()
    {
        const string Id = "0197f0c0000070008000000000000abc";
        var reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            Simple,
            "mlp-routing-key: user-1",
            "mlp-segment: north",
            $"mlp-prediction-id: {Id}"
        );
        Assert.Equal(Id, reply.Headers["mlp-prediction-id"]);
        Assert.Equal(Id, (string?)reply.Json["parameters"]!["prediction_id"]);
        Assert.Equal(
            new PredictOptions
            {
                Id = PredictionId.Parse(Id),
                RoutingKey = "user-1",
                Segment = "north",
            },
            fixture.Models.LastOptions
        );
        await fixture.PostAsync(InferenceFixture.Infer, Simple);
        Assert.Equal(default, fixture.Models.LastOptions);
    }

    [Theory]
    [InlineData("mlp-prediction-id: x")]
    [InlineData("mlp-prediction-id: 0197f0c0-0000-7000-8000-000000000abc")]
    [InlineData("mlp-prediction-id: 00000000000000000000000000000000")]
    public async Task An_id_that_is_none_is_refused(string header)
    {
        var reply = await fixture.PostAsync(InferenceFixture.Infer, Simple, header);
        Assert.Equal(400, reply.Status);
        Assert.Contains("mlp-prediction-id", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listed_outputs_are_selected_and_unknown_ones_refused()
    {
        var reply = await fixture.PostAsync(InferenceFixture.Infer, """{"inputs":[],"outputs":[{"name":"z"}]}""");
        Assert.Equal((400, "There is no output 'z'."), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task An_answer_that_takes_longer_than_the_request_allows_is_given_up()
    {
        fixture.Models.Answer = async (_, cancellationToken) =>
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return [];
        };
        var reply = await fixture.PostAsync(InferenceFixture.Infer, $$$"""{"inputs":[{{{Input}}}],"parameters":{"timeout":1000}}""");
        Assert.Equal(504, reply.Status);
        Assert.Contains("1000 us", reply.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Host.Logs, l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("0", PredictionPriority.Normal)]
    [InlineData("1", PredictionPriority.High)]
    [InlineData("2", PredictionPriority.Normal)]
    [InlineData("3", PredictionPriority.Low)]
    [InlineData("9223372036854775807", PredictionPriority.Low)]
    public async Task What_a_request_says_of_its_time_and_its_place_is_told(string priority, PredictionPriority expected)
    {
        var parameters = $$"""{"timeout":2500000,"priority":{{priority}}}""";
        var reply = await fixture.PostAsync(InferenceFixture.Infer, $$"""{"inputs":[{{Input}}],"parameters":{{parameters}}}""");
        Assert.Equal(200, reply.Status);
        Assert.Equal((TimeSpan.FromSeconds(2.5), expected), (fixture.Models.LastOptions.Timeout, fixture.Models.LastOptions.Priority));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("9223372036854775807")]
    public async Task A_timeout_of_none_or_of_ages_is_none(string timeout)
    {
        fixture.Models.Answer = (request, cancellationToken) => new(ScriptedModels.Echo(request));
        var reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            $$$"""{"inputs":[{{{Input}}}],"parameters":{"timeout":{{{timeout}}}}}"""
        );
        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Metadata_tells_of_the_model()
    {
        var reply = await fixture.GetAsync("/v2/models/m");
        Assert.Equal(
            """{"name":"m","versions":["7"],"platform":"onnx_onnxv1","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"y","datatype":"INT64","shape":[-1]}]}""",
            reply.Text
        );
        Assert.Equal("m@champion", fixture.Models.LastModel?.ToString());
        fixture.Models.Description = m => new(new(m.Name, 3), ModelRuntime.MlNet, [], []);
        Assert.Equal(
            """{"name":"m","versions":["3"],"platform":"mlnet","inputs":[],"outputs":[]}""",
            (await fixture.GetAsync("/v2/models/m/versions/3")).Text
        );
        Assert.Equal("m@v3", fixture.Models.LastModel?.ToString());
    }

    [Fact]
    public async Task A_model_is_ready_when_it_can_be_described()
    {
        var ready = await fixture.GetAsync("/v2/models/m/versions/2/ready");
        Assert.Equal((200, """{"name":"m","ready":true}"""), (ready.Status, ready.Text));

        fixture.Models.Description = m => throw new ModelUnavailableException(m.ToString(), new IOException("secret"));
        var unavailable = await fixture.GetAsync("/v2/models/m/ready");
        Assert.Equal((503, """{"name":"m","ready":false}"""), (unavailable.Status, unavailable.Text));
        Assert.Equal("1", unavailable.Headers["Retry-After"]);

        fixture.Models.Description = m => throw new AssetNotFoundException(new(AssetKind.Model, m.Name));
        var unknown = await fixture.GetAsync("/v2/models/m/ready");
        Assert.Equal(404, unknown.Status);
        Assert.NotEmpty(unknown.Error);
    }

    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    public async Task Health_is_told(string path, string expected)
    {
        var reply = await fixture.GetAsync(path);
        Assert.Equal((200, expected), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task The_server_is_not_ready_while_a_model_of_the_application_is_missing()
    {
        var predictors = new ScriptedPredictors { Models = [new("m@champion", null, null, 0, "No such alias.")] };
        await using var host = await WebHost.StartAsync(services: s =>
        {
            ScriptedModels.AddTo(s);
            s.AddSingleton<IModelServer>(predictors);
        });
        var reply = await host.SendAsync("GET", "/v2/health/ready");
        Assert.Equal((503, """{"ready":false}"""), (reply.Status, reply.Text));
        Assert.Equal(200, (await host.SendAsync("GET", "/v2/health/live")).Status);

        predictors.Models = [new("m@champion", new("m", 1), null, 0, "A later load failed.")];
        predictors.IsLoading = true;
        Assert.Equal(503, (await host.SendAsync("GET", "/v2/health/ready")).Status);
        predictors.IsLoading = false;
        Assert.Equal(200, (await host.SendAsync("GET", "/v2/health/ready")).Status);
    }

    [Fact]
    public async Task A_model_that_a_caller_named_and_that_cannot_be_loaded_does_not_make_the_server_unready()
    {
        ServedModel broken = new("n@champion", null, null, 0, "Broken.");
        await using var host = await WebHost.StartAsync(services: s =>
        {
            s.AddSingleton<IInferenceServer>(new ScriptedModels { Open = [broken] });
            s.AddSingleton<IModelServer>(new ScriptedPredictors { Models = [broken] });
        });
        Assert.Equal(200, (await host.SendAsync("GET", "/v2/health/ready")).Status);
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    public async Task The_server_tells_of_itself(string path)
    {
        var reply = await fixture.GetAsync(path);
        Assert.Equal(["name", "version", "extensions"], reply.Json.AsObject().Select(m => m.Key));
        Assert.Contains("binary_tensor_data", reply.Json["extensions"]!.AsArray().Select(e => (string?)e));
    }

    [Fact]
    public async Task A_models_configuration_leaves_the_dimension_of_rows_out_where_there_may_be_several()
    {
        const string Batched = """
            {"name":"m","platform":"onnx_onnxv1","max_batch_size":8192,"input":[{"name":"x","data_type":"TYPE_FP32","dims":[2]}],"output":[{"name":"y","data_type":"TYPE_INT64","dims":[]}]}
            """;
        var reply = await fixture.GetAsync("/v2/models/m/config");
        Assert.Equal((200, Batched.Trim()), (reply.Status, reply.Text));
        Assert.Equal(Batched.Trim(), (await fixture.GetAsync("/v2/models/m/versions/3/config")).Text);
        fixture.Models.Description = m => new(new(m.Name, 1), "onnx", [new("t", DataType.String, [])], []);
        var single = (await fixture.GetAsync("/v2/models/m/config")).Json;
        Assert.Equal(
            (0, """[{"name":"t","data_type":"TYPE_STRING","dims":[]}]"""),
            ((int)single["max_batch_size"]!, single["input"]!.ToJsonString())
        );
    }

    [Fact]
    public async Task Eight_mebibytes_of_json_go_in_and_out()
    {
        var data = string.Join(',', Enumerable.Range(0, 800_000).Select(i => i + 1_000_000_000));
        var reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            $$"""{"inputs":[{"name":"x","shape":[800000],"datatype":"INT32","data":[{{data}}]}]}"""
        );
        Assert.Equal(200, reply.Status);
        Assert.EndsWith($"\"data\":[{data}]}}]}}", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_at_once_do_not_see_each_others_data()
    {
        var requests = Enumerable
            .Range(0, 64)
            .Select(async i =>
            {
                var data = string.Join(',', Enumerable.Repeat(i, 500));
                var input = $$"""{"name":"x","shape":[500],"datatype":"INT32","data":[{{data}}]}""";
                var reply = await fixture.PostAsync(InferenceFixture.Infer, $$"""{"inputs":[{{input}}]}""");
                Assert.Equal(input, JsonNode.Parse(reply.Text)!["outputs"]![0]!.ToJsonString());
            });
        await Task.WhenAll(requests);
    }

    [Fact]
    public async Task Requests_of_one_connection_are_each_read_to_their_end_whatever_came_of_the_one_before()
    {
        string[] bodies =
        [
            """{"inputs":""",
            $$"""{"inputs":[{"name":"x","shape":[4000],"datatype":"INT8","data":[{{string.Join(',', Enumerable.Repeat(17, 4000))}}]}]}""",
            """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1000]}]}""",
            Simple,
        ];
        var requests = bodies.Select(
            (b, i) =>
                $"POST {InferenceFixture.Infer} HTTP/1.1\r\nHost: localhost\r\nConnection: {(i == bodies.Length - 1 ? "close" : "keep-alive")}\r\n"
                + $"Content-Length: {b.Length}\r\n\r\n{b}"
        );
        using var client = await RawHttp.ConnectAsync(fixture.Host.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(requests)), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["400", "200", "400", "200"], text.Split("HTTP/1.1 ").Skip(1).Select(reply => reply[..3]));
        Assert.Contains(string.Join(',', Enumerable.Repeat(17, 4000)), text, StringComparison.Ordinal);
    }
}
