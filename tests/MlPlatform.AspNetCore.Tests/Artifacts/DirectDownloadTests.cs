using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.AspNetCore.Tests;

public sealed class DirectDownloadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_in_blobs_is_downloaded_without_this_server()
    {
        Assert.SkipWhen(TestAzureBlobs.SkipReason is not null, TestAzureBlobs.SkipReason ?? string.Empty);
        var container = $"web-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12))}";
        await using var host = await WebHost.StartAsync(services: s =>
            s.AddMlPlatformCore().UseAzureBlobs(TestAzureBlobs.Require(), o => o.Container = container)
        );
        var info = (await host.CallAsync("POST", "runs/create", new { })).GetProperty("run").GetProperty("info");
        var folder = $"{info.Text("experiment_id")}/{info.Text("run_id")}/artifacts";
        var content = new byte[300_000];
        new Random(3).NextBytes(content);
        using (var body = new ByteArrayContent(content))
        {
            using var put = await host.Client.PutAsync(Address($"artifacts/{folder}/model/a b.bin"), body, Cancel);
            put.EnsureSuccessStatusCode();
        }

        var signed = await host.Client.GetStringAsync(Address($"presigned/{folder}/model/a b.bin"), Cancel);
        var reply = System.Text.Json.JsonDocument.Parse(signed).RootElement;
        Assert.Equal(content.Length, reply.GetProperty("file_size").GetInt64());
        using var outside = new HttpClient();
        Assert.Equal(content, await outside.GetByteArrayAsync(new Uri(reply.Text("url")), Cancel));
        foreach (
            var (path, status) in new[]
            {
                ($"{folder}/none", 404),
                ($"{folder}/%2e%2e/x", 400),
                (folder, 400),
                ($"1/{new string('7', 32)}/artifacts/x", 404),
            }
        )
        {
            using var refused = await host.Client.GetAsync(Address($"presigned/{path}"), Cancel);
            Assert.Equal(status, (int)refused.StatusCode);
        }

        await new Azure.Storage.Blobs.BlobContainerClient(TestAzureBlobs.Require(), container).DeleteIfExistsAsync(
            cancellationToken: Cancel
        );
    }

    private static Uri Address(string rest) => new($"/api/2.0/mlflow-artifacts/{rest}", UriKind.Relative);
}
