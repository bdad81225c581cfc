using System.IO.Compression;
using System.Text;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferenceBodyTests
{
    private const string Json = """{"inputs":[{"name":"x","shape":[2],"datatype":"INT8","data":[1,2]}]}""";

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task Packed_bodies_are_unpacked_and_the_header_counts_what_was_unpacked(string encoding)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        const string Head = """{"inputs":[{"name":"x","shape":[3],"datatype":"INT8","parameters":{"binary_data_size":3}}]}""";
        byte[] body = [.. Encoding.UTF8.GetBytes(Head), 1, 2, 3];
        var reply = await fixture.Host.SendAsync(
            "POST",
            InferenceFixture.Infer,
            Pack(body, encoding),
            $"Content-Encoding: {encoding}",
            $"Inference-Header-Content-Length: {Head.Length}"
        );
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Contains("\"data\":[1,2,3]", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("zz")]
    [InlineData("80000000")]
    [InlineData("ffffffffffffffff")]
    public async Task A_chunk_whose_size_is_none_is_refused(string size)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        using var client = await RawHttp.ConnectAsync(fixture.Host.Port);
        var stream = client.GetStream();
        var request =
            $"POST {InferenceFixture.Infer} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nx";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), TestContext.Current.CancellationToken);
        var reply = await RawHttp.ReadAsync(stream);
        Assert.Equal(400, reply.Status);
        Assert.NotEmpty(reply.Error);
    }

    [Theory]
    [InlineData("br", 415)]
    [InlineData("gzip, deflate", 415)]
    [InlineData("gzip", 400)]
    [InlineData("deflate", 400)]
    public async Task Bodies_that_cannot_be_unpacked_are_refused(string encoding, int status)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var reply = await fixture.PostAsync(InferenceFixture.Infer, Json, $"Content-Encoding: {encoding}");
        Assert.Equal(status, reply.Status);
        Assert.Contains(encoding, reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_packed_body_that_is_not_whole_is_refused_wherever_it_breaks_off(string encoding)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var packed = Pack(Encoding.UTF8.GetBytes(Json), encoding);
        for (var length = 1; length < packed.Length; length++)
        {
            await AssertRefusedAsync(fixture, packed[..length], encoding);
        }
    }

    [Theory]
    [InlineData("gzip", 1)]
    [InlineData("gzip", 31)] // As another member would begin.
    [InlineData("gzip", 10_000)]
    [InlineData("deflate", 1)]
    [InlineData("deflate", 10_000)]
    public async Task A_packed_body_that_something_follows_is_refused(string encoding, int junk)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        byte[] following = junk == 31 ? [31] : new byte[junk];
        await AssertRefusedAsync(fixture, [.. Pack(Encoding.UTF8.GetBytes(Json), encoding), .. following], encoding);
    }

    [Fact]
    public async Task A_packed_body_whose_checksum_is_wrong_is_refused()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var packed = Pack(Encoding.UTF8.GetBytes(Json), "gzip");
        packed[^6] ^= 1;
        await AssertRefusedAsync(fixture, packed, "gzip");
    }

    /// <summary>Members of gzip may follow each other, wherever the pieces of a body end.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task A_gzip_body_may_have_several_members(int piece)
    {
        await using var fixture = await InferenceFixture.StartAsync();
        var json = Encoding.UTF8.GetBytes(Json);
        byte[] packed = [.. Pack(json[..20], "gzip"), .. Pack(json[20..], "gzip"), .. Pack([], "gzip")];
        var chunks = string.Concat(packed.Chunk(piece).Select(c => $"{c.Length:X}\r\n{Encoding.Latin1.GetString(c)}\r\n"));
        var reply = await fixture.Host.SendAsync(
            "POST",
            InferenceFixture.Infer,
            Encoding.Latin1.GetBytes(chunks + "0\r\n\r\n"),
            "Content-Encoding: gzip",
            "Transfer-Encoding: chunked"
        );
        Assert.True(reply.Status == 200, reply.Text);
        await AssertRefusedAsync(fixture, packed[..^3], "gzip");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_small_body_that_unpacks_to_a_large_one_is_refused(string encoding)
    {
        await using var fixture = await InferenceFixture.StartAsync(o => o.MaxInferenceBytes = 1 << 20);
        var bomb = Pack(new byte[64 << 20], encoding);
        Assert.True(bomb.Length < 1 << 17, "The bomb itself must be small.");
        var reply = await fixture.Host.SendAsync("POST", InferenceFixture.Infer, bomb, $"Content-Encoding: {encoding}");
        Assert.Equal(413, reply.Status);
        Assert.Contains("1048576", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, 200)]
    [InlineData(2049, 413)]
    public async Task The_limit_is_to_the_byte(int size, int status)
    {
        await using var fixture = await InferenceFixture.StartAsync(o => o.MaxInferenceBytes = 2048);
        var body = Json.PadRight(size);
        var packed = Pack(Encoding.UTF8.GetBytes(body), "gzip");
        Assert.Equal(status, (await fixture.Host.SendAsync("POST", InferenceFixture.Infer, packed, "Content-Encoding: gzip")).Status);
        Assert.Equal(status, (await fixture.PostAsync(InferenceFixture.Infer, body)).Status);
        var chunked = $"{size:X}\r\n{body}\r\n0\r\n\r\n";
        var reply = await fixture.PostAsync(InferenceFixture.Infer, chunked, "Transfer-Encoding: chunked");
        Assert.Equal(status, reply.Status);
        if (status == 413)
        {
            Assert.NotEmpty(reply.Error);
        }
    }

    [Fact]
    public async Task A_body_may_be_larger_than_the_servers_own_limit()
    {
        await using var fixture = await InferenceFixture.StartAsync();
        const int Size = 31 << 20;
        fixture.Models.Answer = (request, _) => new([new Serving.NamedTensor("n", Core.DataType.Bool, [1], request.Inputs[0].Data[^1..])]);
        var head = $$$"""{"inputs":[{"name":"x","shape":[{{{Size}}}],"datatype":"UINT8","parameters":{"binary_data_size":{{{Size}}}}}]}""";
        var body = new byte[head.Length + Size];
        Encoding.UTF8.GetBytes(head, body);
        body[^1] = 1;
        var reply = await fixture.Host.SendAsync("POST", InferenceFixture.Infer, body, $"Inference-Header-Content-Length: {head.Length}");
        Assert.True(reply.Status == 200, reply.Text);
        Assert.Contains("\"data\":[true]", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task The_option_has_a_range(int bytes)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => InferenceFixture.StartAsync(o => o.MaxInferenceBytes = bytes));
        Assert.Contains("MlPlatform:AspNetCore:MaxInferenceBytes", error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(InferenceFixture fixture, byte[] packed, string encoding)
    {
        var reply = await fixture.Host.SendAsync("POST", InferenceFixture.Infer, packed, $"Content-Encoding: {encoding}");
        Assert.Equal(
            (400, $"The body is not valid {encoding}: it is damaged, breaks off, or something follows it."),
            (reply.Status, reply.Error)
        );
    }

    private static byte[] Pack(byte[] body, string encoding)
    {
        if (encoding == "identity")
        {
            return body;
        }

        using var packed = new MemoryStream();
        using (
            Stream stream =
                encoding == "deflate"
                    ? new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)
                    : new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)
        )
        {
            stream.Write(body);
        }

        return packed.ToArray();
    }
}
