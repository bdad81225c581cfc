using System.Globalization;

namespace MlPlatform.Benchmarks;

/// <summary>
/// The same requests to two servers of the MLflow protocol, one after the other, by the same client: <c>--mlflow-load OURS PEER</c>. Both hold 10,000 runs of
/// three metrics, two params and two tags in experiment <c>load</c>, see benchmarks/peers.
/// </summary>
internal static class MlflowLoad
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> Failures = new(StringComparer.Ordinal);

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(string[] args)
    {
        var addresses = args.SkipWhile(a => a != "--mlflow-load").Skip(1).Take(2).Select(a => new Uri(a)).ToArray();
        using var ours = new MlflowTarget(addresses[0]);
        using var peer = new MlflowTarget(addresses[1]);
        await ours.PrepareAsync();
        await peer.PrepareAsync();
        Console.WriteLine("| Operation | Clients | MLflow per s | Ours per s | Ratio | MLflow p50 / p95 ms | Ours p50 / p95 ms |");
        Console.WriteLine("|-|-:|-:|-:|-:|-:|-:|");
        foreach (var (name, _) in ours.Operations)
        {
            foreach (var clients in new[] { 1, 8 })
            {
                var theirs = await MeasureAsync(peer, name, clients);
                var own = await MeasureAsync(ours, name, clients);
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {name} | {clients} | {theirs.Rate:0.#} | {own.Rate:0.#} | **{own.Rate / theirs.Rate:0.#}** | {theirs.P50:0.#} / {theirs.P95:0.#} | {own.P50:0.#} / {own.P95:0.#} |"
                    )
                );
            }
        }

        foreach (var (failure, count) in Failures.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"failed {count} times: {(failure.Length < 300 ? failure : failure[..300])}");
        }
    }

    private static async Task<(double Rate, double P50, double P95)> MeasureAsync(MlflowTarget target, string name, int clients)
    {
        var operation = target.Operations.Single(o => o.Name == name).Run;
        await operation(-1); // The first is not counted.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var times = await Task.WhenAll(
            Enumerable.Range(0, clients).Select(c => Task.Run(() => RepeatAsync(name, target.Address, operation, c, clock)))
        );
        var elapsed = clock.Elapsed.TotalSeconds;
        var all = times.SelectMany(t => t).Order().ToArray();
        return (all.Length / elapsed, all[all.Length / 2], all[(int)(all.Length * 0.95)]);
    }

    private static async Task<List<double>> RepeatAsync(
        string name,
        Uri address,
        Func<int, Task> operation,
        int client,
        System.Diagnostics.Stopwatch clock
    )
    {
        var times = new List<double>();
        for (var i = 0; clock.Elapsed < Span || times.Count < 3; i++)
        {
            var begun = clock.Elapsed;
            try
            {
                await operation((client * 1_000_000) + i);
                times.Add((clock.Elapsed - begun).TotalMilliseconds);
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException && i < 1000)
            {
                Failures.AddOrUpdate($"{name} of {address}: {e.Message}", 1, (_, n) => n + 1); // Not counted as done; told at the end.
            }
        }

        return times;
    }
}
