namespace MlPlatform.AspNetCore.Tests;

public sealed class ArtifactFileTests : IAsyncLifetime
{
    private ArtifactFixture files = null!;

    public async ValueTask InitializeAsync()
    {
        files = await ArtifactFixture.StartAsync();
        await files.PutAsync($"{files.RunRoot}/model/MLmodel", "of the run");
        await files.PutAsync($"{files.ModelRoot}/MLmodel", "of the model");
        await files.Host.CallAsync("POST", "registered-models/create", new { name = "late" });
    }

    public ValueTask DisposeAsync() => files.DisposeAsync();

    [Fact]
    public async Task A_file_is_had_by_a_link_and_saved_by_a_browser()
    {
        var reply = await files.Host.SendAsync("GET", $"/get-artifact?run_id={files.Run}&path=model%2FMLmodel");
        Assert.Equal((200, "of the run"), (reply.Status, reply.Text));
        Assert.Contains("attachment", reply.Headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
        Assert.Equal("of the run", await TextAsync($"/get-artifact?run_uuid={files.Run}&path=model/MLmodel"));
        Assert.Equal(
            "of the model",
            await TextAsync($"/ajax-api/2.0/mlflow/logged-models/{files.Model}/artifacts/files?artifact_file_path=MLmodel")
        );
    }

    [Fact]
    public async Task A_versions_file_is_had_below_its_source()
    {
        await files.Host.CallAsync("POST", "model-versions/create", new { name = "late", source = $"runs:/{files.Run}/model" });
        await files.Host.CallAsync("POST", "model-versions/create", new { name = "late", source = "s3://bucket/model" });
        Assert.Equal("of the run", await TextAsync("/model-versions/get-artifact?name=late&version=1&path=MLmodel"));
        await RefusedAsync("/model-versions/get-artifact?name=late&version=2&path=MLmodel", 400);
        await RefusedAsync("/model-versions/get-artifact?name=late&version=3&path=MLmodel", 404);
        await RefusedAsync("/model-versions/get-artifact?name=late&version=1&path=other", 404);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../MLmodel")]
    [InlineData("..%2fMLmodel")]
    [InlineData("model/../MLmodel")]
    [InlineData("%2fetc%2fpasswd")]
    [InlineData("model%5c..%5cMLmodel")]
    [InlineData("model/%252e%252e/MLmodel")]
    [InlineData("MLmodel%00")]
    public async Task A_path_that_leads_elsewhere_is_refused_by_each_link(string path)
    {
        await files.Host.CallAsync("POST", "model-versions/create", new { name = "late", source = $"runs:/{files.Run}/model" });
        await RefusedAsync($"/get-artifact?run_id={files.Run}&path={path}", 400);
        await RefusedAsync($"/model-versions/get-artifact?name=late&version=1&path={path}", 400);
        await RefusedAsync($"/api/2.0/mlflow/logged-models/{files.Model}/artifacts/files?artifact_file_path={path}", 400);
        Assert.Equal("alive", await File.ReadAllTextAsync(files.Host.Canary, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        await RefusedAsync($"/get-artifact?run_id={files.Run}&path=none", 404);
        await RefusedAsync($"/get-artifact?run_id={new string('0', 32)}&path=none", 404);
        await RefusedAsync("/get-artifact?path=none", 400);
    }

    private async Task<string> TextAsync(string target)
    {
        var reply = await files.Host.SendAsync("GET", target);
        Assert.Equal(200, reply.Status);
        return reply.Text;
    }

    private async Task RefusedAsync(string target, int status)
    {
        var reply = await files.Host.SendAsync("GET", target);
        Assert.Equal((status, true), (reply.Status, reply.ErrorCode is not null));
    }
}
