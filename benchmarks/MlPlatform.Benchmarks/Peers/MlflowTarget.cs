using System.Text.Json;

namespace MlPlatform.Benchmarks;

/// <summary>A server of the MLflow protocol, and the requests that are measured.</summary>
internal sealed class MlflowTarget(Uri address) : IDisposable
{
    private const string Version = "load-version";
    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 8 })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromMinutes(2),
    };

    private readonly byte[] file = new byte[1_000_000];
    private string experiment = string.Empty;
    private string run = string.Empty;
    private string known = string.Empty;

    public Uri Address { get; } = address;

    public IEnumerable<(string Name, Func<int, Task> Run)> Operations =>
        [
            ("create run", _ => PostAsync("runs/create", new { experiment_id = "0", start_time = 1L })),
            ("get run", _ => GetAsync($"runs/get?run_id={known}")),
            (
                "log metric",
                i =>
                    PostAsync(
                        "runs/log-metric",
                        new
                        {
                            run_id = run,
                            key = $"m{i % 10}",
                            value = 0.5,
                            timestamp = 1L,
                            step = (long)i,
                        }
                    )
            ),
            (
                "log batch of 1,000",
                i =>
                    PostAsync(
                        "runs/log-batch",
                        new
                        {
                            run_id = run,
                            metrics = Enumerable
                                .Range(0, 1000)
                                .Select(s => new
                                {
                                    key = $"b{s % 10}",
                                    value = 0.5 * s,
                                    timestamp = 1L,
                                    step = (i * 1000L) + s,
                                }),
                        }
                    )
            ),
            ("search 10,000 runs, first 100", _ => SearchAsync(string.Empty, "attributes.start_time DESC")),
            (
                "search, 3 clauses and order",
                _ => SearchAsync("metrics.auc > 0.5 and params.trainer = 't2' and tags.team = 'x3'", "metrics.loss ASC")
            ),
            ("create version", i => PostAsync("model-versions/create", new { name = Version, source = "s3://bucket/model" })),
            ("get by alias", _ => GetAsync($"registered-models/alias?name={Version}&alias=champion")),
            ("artifact PUT 1 MB", i => PutAsync($"{i % 50}.bin")),
            ("artifact GET 1 MB", _ => DownloadAsync("known.bin")),
        ];

    private string Artifacts => $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts";

    public async Task PrepareAsync()
    {
        new Random(1).NextBytes(file);
        experiment = (await GetAsync("experiments/get-by-name?experiment_name=load"))
            .GetProperty("experiment")
            .GetProperty("experiment_id")
            .GetString()!;
        known = (await SearchAsync(string.Empty, "attributes.start_time DESC"))
            .GetProperty("runs")[0]
            .GetProperty("info")
            .GetProperty("run_id")
            .GetString()!;
        run = (await PostAsync("runs/create", new { experiment_id = "0", start_time = 1L }))
            .GetProperty("run")
            .GetProperty("info")
            .GetProperty("run_id")
            .GetString()!;
        await PostAsync("registered-models/create", new { name = Version });
        await PostAsync("model-versions/create", new { name = Version, source = "s3://bucket/model" });
        await PostAsync(
            "registered-models/alias",
            new
            {
                name = Version,
                alias = "champion",
                version = "1",
            }
        );
        await PutAsync("known.bin");
    }

    public void Dispose() => client.Dispose();

    private Task<JsonElement> SearchAsync(string filter, string order) =>
        PostAsync(
            "runs/search",
            new
            {
                experiment_ids = new[] { experiment },
                filter,
                max_results = 100,
                order_by = new[] { order },
            }
        );

    private async Task PutAsync(string name)
    {
        using var content = new ByteArrayContent(file);
        using var response = await client.PutAsync($"{Artifacts}/{name}", content);
        response.EnsureSuccessStatusCode();
    }

    private async Task DownloadAsync(string name)
    {
        var bytes = await client.GetByteArrayAsync($"{Artifacts}/{name}");
        if (bytes.Length != file.Length)
        {
            throw new InvalidOperationException($"{bytes.Length} bytes came back.");
        }
    }

    private async Task<JsonElement> GetAsync(string path) => await ReadAsync(await client.GetAsync($"/api/2.0/mlflow/{path}"));

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)); // With its length: MLflow's server reads no chunks.
        content.Headers.ContentType = new("application/json");
        return await ReadAsync(await client.PostAsync($"/api/2.0/mlflow/{path}", content));
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var bytes = await response.Content.ReadAsByteArrayAsync();
            return response.IsSuccessStatusCode
                ? JsonDocument.Parse(bytes).RootElement
                : throw new InvalidOperationException($"{(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
        }
    }
}
