using System.Net;
using System.Text;

namespace EndToEnd.Tests;

public sealed class PlatformHostTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Host_says_when_it_is_ready_answers_this_machine_and_stops_when_told()
    {
        using var process = Sample.Start("PlatformHost", folder, "--urls", "http://127.0.0.1:0", "--MlPlatform:DataDirectory", "data");
        var ready = await process.StandardOutput.ReadLineAsync(Cancel) ?? await process.StandardError.ReadToEndAsync(Cancel);
        Assert.StartsWith("ready http://127.0.0.1:", ready, StringComparison.Ordinal);
        using (var client = new HttpClient { BaseAddress = new(ready.Split(' ')[1]) })
        {
            Assert.Equal("OK", await client.GetStringAsync(new Uri("/health", UriKind.Relative), Cancel));
            Assert.Equal("3.5.0", await client.GetStringAsync(new Uri("/version", UriKind.Relative), Cancel));
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("x"));
            var nowhere = new Uri($"/api/2.0/mlflow-artifacts/artifacts/0/{new string('7', 32)}/artifacts/f", UriKind.Relative);
            using var put = await client.PutAsync(nowhere, content, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, put.StatusCode);
        }

        Assert.Equal(0, await Sample.InterruptAsync(process));
        Assert.True(File.Exists(Path.Combine(folder, "data", "metadata.db")));
        var log = await process.StandardError.ReadToEndAsync(Cancel);
        Assert.Contains("this machine only", log, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", log, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing reads it", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hosts_start_on_one_empty_directory_at_once_and_see_each_others_runs()
    {
        string[] options = ["--urls", "http://127.0.0.1:0", "--MlPlatform:DataDirectory", "data"];
        using var first = Sample.Start("PlatformHost", folder, options);
        using var second = Sample.Start("PlatformHost", folder, options);
        var clients = new List<HttpClient>();
        foreach (var process in new[] { first, second })
        {
            var ready = await process.StandardOutput.ReadLineAsync(Cancel) ?? await process.StandardError.ReadToEndAsync(Cancel);
            Assert.StartsWith("ready http://127.0.0.1:", ready, StringComparison.Ordinal);
            clients.Add(new() { BaseAddress = new(ready.Split(' ')[1]) });
        }

        // Both make experiments at once, and the one of the same name is made once.
        var made = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => PostAsync(clients[i % 2], "experiments/create", $"{{\"name\": \"e{i / 2}\"}}"))
        );
        Assert.Equal(20, made.Count(code => code == HttpStatusCode.OK));
        Assert.Equal(20, made.Count(code => code == HttpStatusCode.BadRequest)); // It exists already.
        foreach (var client in clients)
        {
            var found = await client.GetStringAsync(
                new Uri("/api/2.0/mlflow/experiments/get-by-name?experiment_name=e7", UriKind.Relative),
                Cancel
            );
            Assert.Contains("\"e7\"", found, StringComparison.Ordinal);
            client.Dispose();
        }

        Assert.Equal(0, await Sample.InterruptAsync(first));
        Assert.Equal(0, await Sample.InterruptAsync(second));
        Assert.DoesNotContain(
            "fail:",
            await first.StandardError.ReadToEndAsync(Cancel) + await second.StandardError.ReadToEndAsync(Cancel),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("--MlPlatform:Metadata", "Oracle", "Sqlite, PostgreSql")]
    [InlineData("--MlPlatform:Artifacts", "Tape", "Files, AzureBlobs")]
    public async Task Host_refuses_a_technology_that_it_does_not_know_and_says_what_it_knows(string option, string name, string known)
    {
        var (code, output) = await Sample.RunAsync("PlatformHost", folder, "--urls", "http://127.0.0.1:0", option, name);
        Assert.NotEqual(0, code);
        Assert.Contains($"{option[2..]} is '{name}'; this host knows: {known}.", output, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"/api/2.0/mlflow/{path}", UriKind.Relative), content, Cancel);
        return response.StatusCode;
    }
}
