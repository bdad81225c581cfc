using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

public sealed class ArtifactProxyTests : IAsyncLifetime
{
    private ArtifactFixture files = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => files = await ArtifactFixture.StartAsync(o => o.MaxArtifactBytes = 64 << 20);

    public ValueTask DisposeAsync() => files.DisposeAsync();

    [Theory]
    [InlineData("plain.txt")]
    [InlineData("h#h.txt")]
    [InlineData("what?.txt")]
    [InlineData("100%.txt")]
    [InlineData("100%25.txt")]
    [InlineData("a b/c d.txt")]
    [InlineData("images/dog%step%100%timestamp%1795572751689%x869b011.png")]
    [InlineData("a+b&c=d;e.txt")]
    [InlineData("Größe/飛行機/✈️.csv")]
    [InlineData("~/..x/.y/\"quoted\"'.txt")]
    public async Task A_name_comes_back_as_it_went_whatever_it_is_made_of(string name)
    {
        foreach (var root in new[] { files.RunRoot, files.ModelRoot })
        {
            var target = $"{root}/{Encode(name)}";
            Assert.Equal((200, "{}"), await StatusAndText("PUT", target, name));
            Assert.Equal((200, name), await StatusAndText("GET", target));
            var folder = name.Contains('/', StringComparison.Ordinal) ? name[..name.LastIndexOf('/')] : "";
            var listed = await ListAsync(root, folder);
            Assert.Equal((name[(name.LastIndexOf('/') + 1)..], false), Assert.Single(listed));
            Assert.Equal((200, "{}"), await StatusAndText("DELETE", target));
            Assert.Equal(404, (await files.Host.SendAsync("GET", target)).Status);
            Assert.Empty(await ListAsync(root, folder));
        }
    }

    [Fact]
    public async Task Every_root_of_the_api_leads_to_the_same_files()
    {
        await files.PutAsync($"{files.RunRoot}/f", "content");
        foreach (var root in new[] { "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0", "/API/2.0" })
        {
            var target = files.RunRoot.Replace("/api/2.0", root, StringComparison.Ordinal) + "/f";
            Assert.Equal((200, "content"), await StatusAndText("GET", target));
        }
    }

    [Fact]
    public async Task A_download_is_an_attachment_that_no_browser_runs()
    {
        await files.PutAsync($"{files.RunRoot}/plots/{Encode("né w.html")}", "<script>");
        var reply = await files.Host.SendAsync("GET", $"{files.RunRoot}/plots/{Encode("né w.html")}");

        Assert.Equal("attachment; filename=\"n_ w.html\"; filename*=UTF-8''n%C3%A9%20w.html", reply.Headers["Content-Disposition"]);
        Assert.Equal("application/octet-stream", reply.Headers["Content-Type"]);
        Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
        Assert.StartsWith("sandbox", reply.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal($"\"{ArtifactDigest.Of("<script>"u8)}\"", reply.Headers["ETag"]);
        Assert.Equal("8", reply.Headers["Content-Length"]);
        var head = await files.Host.SendAsync("HEAD", $"{files.RunRoot}/plots/{Encode("né w.html")}");
        Assert.Equal((200, "8", 0), (head.Status, head.Headers["Content-Length"], head.Body.Length));
    }

    [Theory]
    [InlineData("bytes=0-9", 206, 0, 10)]
    [InlineData("bytes=100000-299998", 206, 100_000, 199_999)]
    [InlineData("bytes=299990-", 206, 299_990, 10)]
    [InlineData("bytes=-7", 206, 299_993, 7)]
    [InlineData("bytes=299999-999999999", 206, 299_999, 1)]
    [InlineData("bytes=300000-", 416, 0, 0)]
    [InlineData("bytes=0-1,5-6", 200, 0, 300_000)]
    public async Task A_range_gives_just_those_bytes(string range, int status, int from, int count)
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        await files.Host.SendAsync("PUT", $"{files.RunRoot}/big", content);

        var reply = await files.Host.SendAsync("GET", $"{files.RunRoot}/big", null, $"Range: {range}");

        Assert.Equal(status, reply.Status);
        Assert.Equal(content[from..(from + count)], reply.Body);
        Assert.Equal(
            status switch
            {
                206 => string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{from + count - 1}/300000"),
                416 => "bytes */300000",
                _ => null,
            },
            reply.Headers.GetValueOrDefault("Content-Range")
        );
    }

    [Fact]
    public async Task The_tag_is_the_digest_and_saves_what_is_known_already()
    {
        await files.PutAsync($"{files.RunRoot}/f", "old");
        var tag = (await files.Host.SendAsync("GET", $"{files.RunRoot}/f")).Headers["ETag"];
        Assert.Equal(304, (await files.Host.SendAsync("GET", $"{files.RunRoot}/f", null, $"If-None-Match: {tag}")).Status);
        await files.PutAsync($"{files.RunRoot}/f", "newer");
        Assert.Equal(
            (200, "newer"),
            await StatusAndText("GET", $"{files.RunRoot}/f", null, $"If-None-Match: {tag}", "Range: bytes=0-1", $"If-Range: {tag}")
        );
        Assert.Equal(412, (await files.Host.SendAsync("GET", $"{files.RunRoot}/f", null, $"If-Match: {tag}")).Status);
    }

    [Fact]
    public async Task A_large_file_goes_up_in_chunks_and_comes_down_whole()
    {
        // Beyond the server's own limit of 30 MB.
        var content = new byte[33_000_000];
        new Random(2).NextBytes(content);
        using var upload = new StreamContent(new UnsizedStream(content));
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{files.RunRoot}/large.bin") { Content = upload };
        request.Headers.TransferEncodingChunked = true;
        using var put = await files.Host.Client.SendAsync(request, Cancel);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Cancel));

        var down = await files.Host.Client.GetByteArrayAsync(new Uri($"{files.RunRoot}/large.bin", UriKind.Relative), Cancel);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(down));
    }

    [Fact]
    public async Task A_file_beyond_the_limit_is_413_and_leaves_nothing()
    {
        var before = await files.StateAsync();
        var announced = await files.Host.SendAsync("PUT", $"{files.RunRoot}/f", null, $"Content-Length: {(64 << 20) + 1}");
        Assert.Equal(413, announced.Status);

        using var client = await RawHttp.ConnectAsync(files.Host.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Head("PUT", $"{files.RunRoot}/f", "Transfer-Encoding: chunked", "Connection: close"), Cancel);
        var chunk = new byte[(1 << 20) + 10];
        Encoding.ASCII.GetBytes("100000\r\n").CopyTo(chunk, 0);
        Encoding.ASCII.GetBytes("\r\n").CopyTo(chunk, (1 << 20) + 8);
        var reading = RawHttp.ReadAsync(stream);
        try
        {
            for (var i = 0; i < 70; i++)
            {
                await stream.WriteAsync(chunk, Cancel);
            }
        }
        catch (IOException)
        {
            // The server has answered and closed: it need not take what it does not want.
        }

        Assert.Equal(413, (await reading).Status);
        Assert.Equal(before, await files.StateAsync());
    }

    [Theory]
    [InlineData("Content-Length: 1000", "only this")]
    [InlineData("Transfer-Encoding: chunked", "64\r\nonly this")]
    [InlineData("Transfer-Encoding: chunked", "9\r\nonly this\r\n")]
    [InlineData("Transfer-Encoding: chunked", "zz\r\nonly this\r\n0\r\n\r\n")]
    public async Task An_upload_that_is_cut_off_leaves_nothing(string header, string sent)
    {
        await files.PutAsync($"{files.RunRoot}/f", "before");
        var before = await files.StateAsync();
        using (var client = await RawHttp.ConnectAsync(files.Host.Port))
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Head("PUT", $"{files.RunRoot}/f", header), Cancel);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(sent), Cancel);
            client.Client.Shutdown(SocketShutdown.Send);
            var reply = await RawHttp.ReadAsync(stream);
            Assert.True(reply.Status is 0 or 400, $"The upload was answered with {reply.Status}.");
        }

        Assert.Equal(before, await files.StateAsync());
        Assert.Equal((200, "before"), await StatusAndText("GET", $"{files.RunRoot}/f"));
    }

    [Fact]
    public async Task A_download_of_damaged_bytes_is_never_whole()
    {
        await files.PutAsync($"{files.RunRoot}/f", "right bytes");
        var digest = ArtifactDigest.Of("right bytes"u8).Hex;
        var stored = Path.Combine(files.Host.DataDirectory, "artifacts", "sha256", digest[..2], digest);
        await File.WriteAllTextAsync(stored, "wrong bytes", Cancel);

        var reply = await files.Host.SendAsync("GET", $"{files.RunRoot}/f");

        Assert.True(reply.Body.Length < "wrong bytes".Length || reply.Status == 500, $"{reply.Status}: {reply.Text}");
        Assert.DoesNotContain("wrong", reply.Text, StringComparison.Ordinal);
        Assert.Contains(files.Host.Logs, l => l.Exception is ArtifactCorruptException);
    }

    [Fact]
    public async Task Folders_are_listed_by_last_segments_with_sizes_and_deleted_whole()
    {
        await files.PutAsync($"{files.RunRoot}/a/b.txt", "12345");
        await files.PutAsync($"{files.RunRoot}/a/c/d", "1");
        var reply = await files.Host.SendAsync("GET", $"{ArtifactFixture.Root}?path={files.Experiment}/{files.Run}/artifacts/a");
        Assert.Equal("""{"files":[{"path":"b.txt","is_dir":false,"file_size":5},{"path":"c","is_dir":true}]}""", reply.Text);

        Assert.Equal(200, (await files.Host.SendAsync("DELETE", $"{files.RunRoot}/a")).Status);
        Assert.Equal(
            "{}",
            (await files.Host.SendAsync("GET", $"{ArtifactFixture.Root}?path={files.Experiment}/{files.Run}/artifacts")).Text
        );
        Assert.Equal(404, (await files.Host.SendAsync("DELETE", $"{files.RunRoot}/a")).Status);
    }

    [Fact]
    public async Task A_path_that_is_a_folder_takes_no_file_and_gives_none()
    {
        await files.PutAsync($"{files.RunRoot}/a/b", "1");
        Assert.Equal(400, (await files.PutAsync($"{files.RunRoot}/a", "2")).Status);
        Assert.Equal(400, (await files.PutAsync($"{files.RunRoot}/a/b/c", "2")).Status);
        Assert.Equal(404, (await files.Host.SendAsync("GET", $"{files.RunRoot}/a")).Status);
        Assert.Equal(400, (await files.Host.SendAsync("GET", files.RunRoot)).Status);
    }

    [Fact]
    public async Task The_tracking_api_lists_files_by_page_with_paths_from_the_root()
    {
        for (var i = 0; i < 1001; i++)
        {
            using var content = new MemoryStream([1]);
            var path = ArtifactPath.Parse(string.Create(CultureInfo.InvariantCulture, $"d/{i:0000}"));
            await files.Host.Get<IArtifactTrees>().PutAsync(files.RunTree, path, content, Cancel);
        }

        var list = $"/api/2.0/mlflow/artifacts/list?run_id={files.Run}&run_uuid={files.Run}";
        var top = (await files.Host.SendAsync("GET", list)).Json;
        Assert.Equal($"mlflow-artifacts:/{files.Experiment}/{files.Run}/artifacts", (string?)top["root_uri"]);
        Assert.Equal("""[{"path":"d","is_dir":true}]""", top["files"]!.ToJsonString());
        var first = (await files.Host.SendAsync("GET", list + "&path=d")).Json;
        Assert.Equal((1000, "d/0999"), (first["files"]!.AsArray().Count, (string?)first["files"]![999]!["path"]));
        var second = (await files.Host.SendAsync("GET", $"{list}&path=d&page_token={first["next_page_token"]}")).Json;
        Assert.Equal("""[{"path":"d/1000","is_dir":false,"file_size":1}]""", second["files"]!.ToJsonString());
        Assert.Null(second["next_page_token"]);
        Assert.Equal(400, (await files.Host.SendAsync("GET", list + "&page_token=%2a%2a")).Status);
        Assert.Equal(400, (await files.Host.SendAsync("GET", list + "&path=../x")).Status);
        Assert.Equal(404, (await files.Host.SendAsync("GET", $"/api/2.0/mlflow/artifacts/list?run_id={new string('7', 32)}")).Status);
    }

    [Fact]
    public async Task The_files_of_a_logged_model_are_listed_too()
    {
        await files.PutAsync($"{files.ModelRoot}/data/MLmodel", "x");
        var list = $"/ajax-api/2.0/mlflow/logged-models/{files.Model}/artifacts/directories";
        var reply = (await files.Host.SendAsync("GET", list + "?artifact_directory_path=data")).Json;
        Assert.Equal($"mlflow-artifacts:/{files.Experiment}/models/{files.Model}/artifacts", (string?)reply["root_uri"]);
        Assert.Equal("""[{"path":"data/MLmodel","is_dir":false,"file_size":1}]""", reply["files"]!.ToJsonString());
        Assert.Equal(400, (await files.Host.SendAsync("GET", "/api/2.0/mlflow/logged-models/m-1/artifacts/directories")).Status);
        Assert.Equal(
            404,
            (await files.Host.SendAsync("GET", $"/api/2.0/mlflow/logged-models/m-{new string('7', 32)}/artifacts/directories")).Status
        );
    }

    [Theory]
    [InlineData("POST", "mpu/create")]
    [InlineData("POST", "mpu/complete")]
    [InlineData("POST", "mpu/abort")]
    public async Task An_upload_in_parts_is_declined_in_the_words_that_clients_fall_back_on(string method, string call)
    {
        var reply = await files.Host.SendAsync(method, $"/api/2.0/mlflow-artifacts/{call}/{files.Experiment}/{files.Run}/artifacts/f");
        Assert.Equal((501, "NOT_IMPLEMENTED"), (reply.Status, reply.ErrorCode));
        Assert.StartsWith("Multipart upload is not supported for the current artifact repository", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_direct_download_is_declined() =>
        Assert.Equal(501, (await files.Host.SendAsync("GET", $"/api/2.0/mlflow-artifacts/presigned/{files.Experiment}/x")).Status);

    private static string Encode(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    private static byte[] Head(string method, string target, params string[] headers) =>
        Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{string.Join("\r\n", headers)}\r\n\r\n");

    private async Task<(int Status, string Text)> StatusAndText(string method, string target, string? body = null, params string[] headers)
    {
        var reply = await files.Host.SendAsync(method, target, body is null ? null : Encoding.UTF8.GetBytes(body), headers);
        return (reply.Status, reply.Text);
    }

    private async Task<IReadOnlyList<(string Path, bool IsFolder)>> ListAsync(string root, string folder)
    {
        var path = $"{root[(ArtifactFixture.Root.Length + 1)..]}/{folder}".TrimEnd('/');
        var reply = await files.Host.SendAsync("GET", $"{ArtifactFixture.Root}?path={Uri.EscapeDataString(path)}");
        Assert.True(reply.Status == 200, reply.Text);
        return [.. (reply.Json["files"]?.AsArray() ?? []).Select(f => ((string)f!["path"]!, (bool)f["is_dir"]!))];
    }
}
