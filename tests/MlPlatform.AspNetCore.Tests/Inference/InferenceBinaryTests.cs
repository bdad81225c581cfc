using System.Text;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceBinaryTests
{
    [Theory]
    [MemberData(nameof(TensorBytes.OfTwo), MemberType = typeof(TensorBytes))]
    public async Task Every_datatype_comes_back_to_the_bit(string datatype, string hex)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var bytes = Convert.FromHexString(hex);
        var reply = await fixture.PostBinaryAsync(
            $$$"""{"inputs":[{"name":"x","shape":[2],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{bytes.Length}}}}}],"parameters":{"binary_data_output":true}}""",
            bytes
        );
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal("application/octet-stream", reply.Headers["Content-Type"]);
        var length = int.Parse(reply.Headers["Inference-Header-Content-Length"], null);
        Assert.Equal(hex, Convert.ToHexString(reply.Body.AsSpan(length)));
        Assert.Equal(
            $$$"""{"model_name":"m","model_version":"7","parameters":{"route":"canary","prediction_id":"{{{ScriptedModels.MadeId}}}"},"outputs":[{"name":"x","shape":[2],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{bytes.Length}}}}}]}""",
            Encoding.UTF8.GetString(reply.Body, 0, length)
        );
    }

    [Fact]
    public async Task Binary_and_json_tensors_mix_in_both_directions()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.PostBinaryAsync(
            """
            {"inputs":[{"name":"a","shape":[1],"datatype":"INT16","parameters":{"binary_data_size":2}},
                       {"name":"b","shape":[2],"datatype":"INT8","data":[5,6]},
                       {"name":"c","shape":[1],"datatype":"UINT8","parameters":{"binary_data_size":1}}],
             "outputs":[{"name":"c"},{"name":"b","parameters":{"binary_data":true}},{"name":"a"}]}
            """,
            1,
            2,
            9
        );
        Assert.True(reply.Status == 200, reply.Text);
        var length = int.Parse(reply.Headers["Inference-Header-Content-Length"], null);
        Assert.Equal([5, 6], reply.Body[length..]);
        Assert.EndsWith(
            """
            "outputs":[{"name":"c","shape":[1],"datatype":"UINT8","data":[9]},{"name":"b","shape":[2],"datatype":"INT8","parameters":{"binary_data_size":2}},{"name":"a","shape":[1],"datatype":"INT16","data":[513]}]}
            """,
            Encoding.UTF8.GetString(reply.Body, 0, length),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Binary_outputs_may_be_asked_for_without_the_header()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.PostAsync(
            InferenceFixture.Infer,
            """{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}"""
        );
        var length = int.Parse(reply.Headers["Inference-Header-Content-Length"], null);
        Assert.Equal([0, 0, 0x80, 0x3F], reply.Body[length..]);
    }

    [Theory]
    [InlineData("FP32", 1, 4, 3, "3 are left")]
    [InlineData("FP32", 1, 4, 5, "1 bytes follow")]
    [InlineData("FP32", 2, 4, 4, "take 8 bytes; 4 were sent")]
    [InlineData("FP32", 1, 8, 8, "take 4 bytes; 8 were sent")]
    [InlineData("INT8", 3, 3, 3, null)]
    [InlineData("BOOL", 3, 3, 3, "the byte 2, is not a value of BOOL")]
    [InlineData("BYTES", 1, 3, 3, "cannot hold 1 elements")]
    [InlineData("BYTES", 1, 5, 5, "element 0 goes beyond")]
    [InlineData("BYTES", 1, 9223372036854775807, 5, "5 are left")]
    public void Sizes_must_agree_to_the_byte(string datatype, int count, long size, int sent, string? says)
    {
        var json =
            $$$"""{"inputs":[{"name":"x","shape":[{{{count}}}],"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{size}}}}}]}""";
        byte[] body = [.. Encoding.UTF8.GetBytes(json), .. Enumerable.Repeat((byte)2, sent)];
        if (says is null)
        {
            Assert.Equal([2, 2, 2], Assert.Single(Requests.Read(body, json.Length).Inputs).Data.ToArray());
        }
        else
        {
            Assert.Contains(says, Requests.Refusal(body, json.Length), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("01000000FF", "not valid UTF-8")]
    [InlineData("0100000041AA", "1 bytes follow the last")]
    [InlineData("FFFFFFFF41", "goes beyond")]
    public void Texts_are_checked(string hex, string says)
    {
        var bytes = Convert.FromHexString(hex);
        var json = $$$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":{{{bytes.Length}}}}}]}""";
        Assert.Contains(says, Requests.Refusal((byte[])[.. Encoding.UTF8.GetBytes(json), .. bytes], json.Length), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_in_both_forms_is_refused() =>
        Assert.Contains(
            "as well as",
            Requests.Refusal("""{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[1],"parameters":{"binary_data_size":1}}]}"""),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    [InlineData("9999")]
    public async Task A_header_that_is_no_length_within_the_body_is_refused(string length)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.PostAsync(InferenceFixture.Infer, """{"inputs":[]}""", $"Inference-Header-Content-Length: {length}");
        Assert.Equal(400, reply.Status);
        Assert.Contains("header", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_request_is_one_row_of_the_only_input_and_is_answered_in_bytes()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var bytes = Convert.FromHexString("0000803F000000C0");
        var reply = await RawAsync(fixture, bytes);
        Assert.True(reply.Status == 200, reply.Text);
        var length = int.Parse(reply.Headers["Inference-Header-Content-Length"], null);
        Assert.Equal(bytes, reply.Body[length..]);
        Assert.Contains("\"shape\":[1,2]", Encoding.UTF8.GetString(reply.Body, 0, length), StringComparison.Ordinal);
        Assert.Contains("take 8 bytes; 4 were sent", (await RawAsync(fixture, bytes[..4])).Error, StringComparison.Ordinal);

        fixture.Models.Description = _ => new(new("m", 7), ModelRuntime.Onnx, [new("x", DataType.Float32, [-1, 2, -1])], []);
        reply = await RawAsync(fixture, [.. bytes, .. bytes]);
        Assert.Contains("\"shape\":[1,2,2]", reply.Text, StringComparison.Ordinal);

        fixture.Models.Description = _ => new(new("m", 7), ModelRuntime.Onnx, [new("x", DataType.Float32, [-1, -1, -1])], []);
        Assert.Contains("cannot say", (await RawAsync(fixture, bytes)).Error, StringComparison.Ordinal);

        fixture.Models.Description = _ => new(new("m", 7), ModelRuntime.Onnx, [], []);
        Assert.Contains("0 inputs", (await RawAsync(fixture, bytes)).Error, StringComparison.Ordinal);
    }

    private static Task<RawReply> RawAsync(InferenceFixture fixture, byte[] body) =>
        fixture.Host.SendAsync("POST", InferenceFixture.Infer, body, "Inference-Header-Content-Length: 0");
}
