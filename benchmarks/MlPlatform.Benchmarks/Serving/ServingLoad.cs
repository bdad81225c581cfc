using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace MlPlatform.Benchmarks;

/// <summary>
/// Inference over HTTP against a plaintext answer, an endpoint written by hand, and itself without batches: <c>--serving-load [SECONDS] [PART]</c>. Server and client
/// are two processes on the same machine; the rows of the requests differ. What is compared is measured in turns.
/// </summary>
internal static class ServingLoad
{
    private const int Variants = 256;
    private const int Rounds = 3;

    public static async Task RunAsync(string[] args)
    {
        var seconds = args.SkipWhile(a => a != "--serving-load")
            .Skip(1)
            .Select(a => double.Parse(a, CultureInfo.InvariantCulture))
            .FirstOrDefault(3);
        var folder = Directory.CreateTempSubdirectory("mlplatform-serving-load-").FullName;
        try
        {
            foreach (var (name, _, write) in ServingLoadHost.Models)
            {
                var file = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "models", name, "1")).FullName, "model.onnx");
                await File.WriteAllBytesAsync(file, write());
            }

            var parts = new (string Name, Func<string, double, Task> Run)[]
            {
                ("framing", FramingAsync),
                ("batching", BatchingAsync),
                ("python", PythonAsync),
            };
            var isAny = parts.Any(p => args.Contains(p.Name));
            foreach (var (_, run) in parts.Where(p => isAny ? args.Contains(p.Name) : p.Name != "python")) // Which needs more than .NET.
            {
                await run(folder, seconds);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task FramingAsync(string folder, double seconds)
    {
        await using var server = await ServingServer.StartAsync(folder, 64);
        await using var unwatched = await ServingServer.StartAsync(folder, 64, isWatched: false);
        var kinds = new (string Name, byte[][] Requests, ServingServer Server)[]
        {
            ("plaintext, no model", [RawClient.Get("/plaintext")], server),
            ("a body read, 13 bytes answered", Requests(30, (row, _) => RawClient.Post("/read", JsonOf(30, row))), server),
            (
                "endpoint written by hand, JSON",
                Requests(30, (row, _) => RawClient.Post("/hand", Encoding.UTF8.GetBytes($"{{\"features\":[{row}]}}"))),
                server
            ),
            ("/v2 infer, JSON, not monitored", Json("mlp_small", 30), unwatched),
            ("/v2 infer, binary, not monitored", Binary("mlp_small", 30), unwatched),
            ("/v2 infer, JSON, each prediction stored", Json("mlp_small", 30), server),
            ("/v2 infer, binary, each prediction stored", Binary("mlp_small", 30), server),
            ("pool of prediction engines, fifty trees, JSON", Rows("/engine"), server),
            ("MapPredict of the same trees, not monitored", Rows("/score"), unwatched),
            ("MapPredict, each prediction stored", Rows("/score"), server),
        };
        Console.WriteLine("| 32 connections | Answers per s | Ratio | Server CPU µs | Allocated B | p50 / p99 ms |");
        Console.WriteLine("|-|-:|-:|-:|-:|-:|");
        var results = await InTurnsAsync([.. kinds.Select(k => (k.Server, k.Requests))], 32, seconds);
        for (var i = 0; i < kinds.Length; i++)
        {
            var r = results[i];
            Write(
                $"| {kinds[i].Name} | {r.Rate:0} | **{r.Rate / results[0].Rate:0.00}** | {r.Cpu:0.0} | {r.Allocated:0} | {r.P50:0.00} / {r.P99:0.00} |"
            );
        }
    }

    private static async Task BatchingAsync(string folder, double seconds)
    {
        await using var alone = await ServingServer.StartAsync(folder, 1);
        await using var joined = await ServingServer.StartAsync(folder, 64);
        Console.WriteLine();
        Console.WriteLine(
            "| Model | Connections | Each by itself, per s | As measured, per s | Ratio | CPU µs, itself / measured | p50 ms | p99 ms |"
        );
        Console.WriteLine("|-|-:|-:|-:|-:|-:|-:|-:|");
        var args = Environment.GetCommandLineArgs();
        foreach (
            var (name, inputs, _) in ServingLoadHost.Models.Where(m =>
                !ServingLoadHost.Models.Any(o => args.Contains(o.Name)) || args.Contains(m.Name)
            )
        )
        {
            foreach (var connections in new[] { 1, 8, 64 })
            {
                var requests = Binary(name, inputs);
                var r = await InTurnsAsync([(alone, requests), (joined, requests)], connections, seconds);
                Write(
                    $"| {name} | {connections} | {r[0].Rate:0} | {r[1].Rate:0} | **{r[1].Rate / r[0].Rate:0.00}** | {r[0].Cpu:0} / {r[1].Cpu:0} | {r[0].P50:0.00} / {r[1].P50:0.00} | {r[0].P99:0.00} / {r[1].P99:0.00} |"
                );
            }
        }
    }

    /// <summary>Against the same networks behind FastAPI, in one process and in as many as there are processors.</summary>
    private static async Task PythonAsync(string folder, double seconds)
    {
        var models = Path.Combine(folder, "models");
        await using var one = await PythonServer.StartAsync(models, 1);
        await using var all = await PythonServer.StartAsync(models, Environment.ProcessorCount);
        await using var ours = await ServingServer.StartAsync(folder, 64, isWatched: false);
        Console.WriteLine();
        Console.WriteLine(
            $"| Model, JSON | Connections | FastAPI, per s | {Environment.ProcessorCount} processes, per s | Ours, per s | Ratio to the better | CPU µs, FastAPI / ours | p99 ms, FastAPI / ours |"
        );
        Console.WriteLine("|-|-:|-:|-:|-:|-:|-:|-:|");
        foreach (var (name, inputs, _) in ServingLoadHost.Models.Where(m => m.Name.StartsWith("mlp", StringComparison.Ordinal)))
        {
            await CheckAsync(one, ours, Json(name, inputs)[0]);
            foreach (var connections in new[] { 1, 8, 64 })
            {
                var requests = Json(name, inputs);
                var r = await InTurnsAsync([(one, requests), (all, requests), (ours, requests)], connections, seconds);
                var best = r[0].Rate > r[1].Rate ? r[0] : r[1];
                Write(
                    $"| {name} | {connections} | {r[0].Rate:0} | {r[1].Rate:0} | {r[2].Rate:0} | **{r[2].Rate / best.Rate:0.0}** | {best.Cpu:0} / {r[2].Cpu:0} | {best.P99:0.00} / {r[2].P99:0.00} |"
                );
            }
        }
    }

    /// <summary>Two servers of the same network answer the same.</summary>
    private static async Task CheckAsync(ILoadServer one, ILoadServer other, byte[] request)
    {
        var answers = new List<double[]>();
        foreach (var server in new[] { one, other })
        {
            using var client = new RawClient();
            await client.ConnectAsync(server.Port);
            var status = await client.SendAsync(request);
            var output = JsonNode.Parse(client.Body())?["outputs"]?[0]?["data"]?.AsArray();
            answers.Add([.. output?.Select(v => (double)v!) ?? throw new InvalidOperationException($"{status}: {client.Body()}")]);
        }

        if (answers[0].Length != answers[1].Length || answers[0].Zip(answers[1]).Any(p => Math.Abs(p.First - p.Second) > 1e-4))
        {
            throw new InvalidOperationException($"They answer {string.Join(", ", answers[0])} and {string.Join(", ", answers[1])}.");
        }
    }

    /// <summary>The round of the most answers of each.</summary>
    private static async Task<LoadResult[]> InTurnsAsync((ILoadServer Server, byte[][] Requests)[] loads, int connections, double seconds)
    {
        var results = new LoadResult[loads.Length];
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < loads.Length; i++)
            {
                var result = await MeasureAsync(loads[i].Server, loads[i].Requests, connections, seconds);
                if (round > 0 && (results[i] is not { } best || result.Rate > best.Rate)) // The first one warms up.
                {
                    results[i] = result;
                }
            }
        }

        return results;
    }

    private static async Task<LoadResult> MeasureAsync(ILoadServer server, byte[][] requests, int connections, double seconds)
    {
        var allocated = await server.AllocatedAsync();
        var cpu = server.Cpu;
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(c => Task.Run(() => RepeatAsync(server, requests, c, clock, seconds)))
        );
        var elapsed = clock.Elapsed.TotalSeconds;
        var all = times.SelectMany(t => t).Order().ToArray();
        allocated = await server.AllocatedAsync() - allocated; // Before the processors' time is taken: what was predicted is stored by then.
        return new(
            all.Length / elapsed,
            all[all.Length / 2],
            all[(int)(all.Length * 0.99)],
            (server.Cpu - cpu).TotalMicroseconds / all.Length,
            (double)allocated / all.Length
        );
    }

    private static async Task<List<double>> RepeatAsync(ILoadServer server, byte[][] requests, int first, Stopwatch clock, double seconds)
    {
        using var client = new RawClient();
        await client.ConnectAsync(server.Port);
        var times = new List<double>();
        for (var i = first; clock.Elapsed.TotalSeconds < seconds; i++)
        {
            var begun = clock.Elapsed;
            if (await client.SendAsync(requests[i % requests.Length]) is not 200 and var status)
            {
                throw new InvalidOperationException($"{status}: {client.Body()}");
            }

            times.Add((clock.Elapsed - begun).TotalMilliseconds);
        }

        return times;
    }

    private static byte[][] Json(string model, int inputs) =>
        Requests(inputs, (row, _) => RawClient.Post($"/v2/models/{model}/infer", JsonOf(inputs, row)));

    private static byte[] JsonOf(int inputs, string row) =>
        Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"features","datatype":"FP32","shape":[1,{{inputs}}],"data":[{{row}}]}]}""");

    private static byte[][] Rows(string path) =>
        Requests(
            ModelRow.Inputs,
            (_, v) =>
                RawClient.Post(
                    path,
                    Encoding.UTF8.GetBytes(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $$"""{"a":{{v[0]}},"b":{{v[1]}},"c":{{v[2]}},"d":{{v[3]}},"e":{{v[4]}},"f":{{v[5]}}}"""
                        )
                    )
                )
        );

    private static byte[][] Binary(string model, int inputs) =>
        Requests(
            inputs,
            (_, values) =>
            {
                var json = Encoding.UTF8.GetBytes(
                    $$$"""{"inputs":[{"name":"features","datatype":"FP32","shape":[1,{{{inputs}}}],"parameters":{"binary_data_size":{{{4 * inputs}}}}}],"parameters":{"binary_data_output":true}}"""
                );
                return RawClient.Post($"/v2/models/{model}/infer", [.. json, .. MemoryMarshal.AsBytes<float>(values)], json.Length);
            }
        );

    private static byte[][] Requests(int inputs, Func<string, float[], byte[]> make)
    {
        var random = new Random(5);
        return
        [
            .. Enumerable
                .Range(0, Variants)
                .Select(_ => Enumerable.Range(0, inputs).Select(_ => MathF.Round((random.NextSingle() * 2) - 1, 4)).ToArray())
                .Select(v => make(string.Join(',', v.Select(x => x.ToString(CultureInfo.InvariantCulture))), v)),
        ];
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
