using System.Globalization;
using MlPlatform.Serving;

namespace ServingLoad;

/// <summary>The phases of the test, in the order in which they are to be run.</summary>
internal sealed class Phases(
    int port,
    Arguments arguments,
    Catalog catalog,
    IModelServer server,
    IRollouts rollouts,
    ConsoleView view,
    TimeProvider time,
    CancellationToken interrupt
)
{
    private const double Overload = 3;
    private const int SwapsPerSecond = 20;
    private const double CanaryShare = 20;
    private const int MostOpenConnections = 512;
    private const int Turns = 3;
    private static readonly TimeSpan MemoryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly byte[][] visits = Requests.Visits();
    private readonly byte[][] heavy = Requests.Heavy();

    /// <summary>More would only wait, and be refused.</summary>
    private int PeakConnections => Math.Min(arguments.Connections, 4 * Environment.ProcessorCount);

    /// <summary>One version, which everybody asks as fast as it answers.</summary>
    public Task<PhaseResult> SteadyAsync() =>
        ClosedAsync("steady", () => WaitAsync(TimeSpan.FromSeconds(arguments.Seconds)), _ => "one version, by both routes");

    /// <summary>A new version every moment, under the same load.</summary>
    public Task<PhaseResult> SwapAsync()
    {
        var swaps = 0;
        return ClosedAsync(
            "swap",
            async () =>
            {
                var start = time.GetTimestamp();
                do
                {
                    var version = await catalog.AddAsync(OnnxModels.Good, interrupt);
                    await catalog.PromoteAsync(version, interrupt);
                    await server.RefreshAsync(Catalog.Model, interrupt); // When it returns, the new version answers.
                    swaps++;
                } while (swaps < SwapsPerSecond * arguments.Seconds || time.GetElapsedTime(start).TotalSeconds < arguments.Seconds);
            },
            counts => Text($"{swaps} versions registered, promoted and swapped in; {counts.Versions.Count} of them gave answers")
        );
    }

    /// <summary>A share for a version that does harm: the platform takes it back by itself.</summary>
    public async Task<PhaseResult> CanaryAsync(string name, Func<int, byte[]> write)
    {
        Rollout? rollout = null;
        var candidate = await catalog.AddAsync(write, interrupt);
        var lasted = TimeSpan.Zero;
        var result = await ClosedAsync(
            name,
            async () =>
            {
                var start = time.GetTimestamp();
                var options = new RolloutOptions { Steps = [CanaryShare], Hold = TimeSpan.FromMinutes(5) };
                rollout = await rollouts.StartAsync(Catalog.Model, candidate.Version, options, interrupt);
                while (rollout.IsOpen && (lasted = time.GetElapsedTime(start)) < Patience)
                {
                    await WaitAsync(TimeSpan.FromMilliseconds(50));
                    rollout = await rollouts.GetAsync(rollout.Id, interrupt) ?? rollout;
                }

                await WaitAsync(TimeSpan.FromSeconds(arguments.Seconds) - time.GetElapsedTime(start)); // The one before goes on alone.
            },
            counts =>
                Text(
                    $"v{candidate.Version} had {counts.Versions.GetValueOrDefault(candidate.Version):N0} answers in {lasted.TotalSeconds:0.0} s, then: {rollout!.State}. {rollout.Reason}"
                )
        );
        return rollout is { State: RolloutState.RolledBack }
            ? result
            : result with
            {
                Broken = [.. result.Broken, Text($"{name}: {candidate} was not rolled back within {Patience.TotalSeconds:0} s")],
            };
    }

    /// <summary>What the heavy model can do, and three times as much, by turns: a machine that others share is not always as fast.</summary>
    public async Task<IReadOnlyList<PhaseResult>> OverloadAsync()
    {
        await catalog.AddHeavyAsync(interrupt);
        LoadHeavy();
        var (peak, overload) = (new Tally(tellsVersion: false), new Tally(tellsVersion: false));
        var (peakSeconds, overloadSeconds, wanted) = (0.0, 0.0, 0.0);
        var before = Environment.WorkingSet;
        var most = before;
        await using var watch = time.CreateTimer(_ => most = Math.Max(most, Environment.WorkingSet), null, MemoryInterval, MemoryInterval);
        for (var turn = 0; turn < Turns; turn++)
        {
            var answered = peak.Read().Answered;
            var seconds = await PeakAsync(peak);
            peakSeconds += seconds;
            var rate = Overload * Math.Max(1, peak.Read().Answered - answered) / seconds;
            seconds = await OverloadAsync(overload, rate);
            overloadSeconds += seconds;
            wanted += rate * seconds;
        }

        var (can, does) = (peak.Read(), overload.Read());
        var ratio = does.Answered / overloadSeconds / (can.Answered / peakSeconds);
        return
        [
            new(
                "peak",
                can,
                peakSeconds,
                Text($"{PeakConnections} connections ask a heavy model, {Requests.HeavyRows} rows each time"),
                Unkept("peak", can)
            ),
            new(
                "overload",
                does,
                overloadSeconds,
                Text(
                    $"goodput {ratio:0.00} of the peak; {wanted / overloadSeconds:N0} requests a second wanted, {does.Requests / overloadSeconds:N0} sent; memory {before >> 20} MiB before, {most >> 20} at most"
                ),
                Unkept("overload", does)
            ),
        ];
    }

    /// <summary>The first request loads it, which is no part of what it can do.</summary>
    private void LoadHeavy()
    {
        using var connection = new Connection(port);
        connection.Send(heavy[0]);
    }

    /// <summary>Asked by a few who wait for their answers.</summary>
    private Task<double> PeakAsync(Tally tally) =>
        MeasureAsync(
            "peak",
            tally,
            stop => Load.ClosedAsync(port, PeakConnections, heavy, tally, time, stop),
            () => WaitAsync(TimeSpan.FromSeconds((double)arguments.Seconds / Turns))
        );

    /// <summary>Asked so often, whether it answers or not.</summary>
    private Task<double> OverloadAsync(Tally tally, double rate)
    {
        // Enough that all may wait for as long as anybody does, with room for a server that is slow to refuse.
        var connections = Math.Clamp((int)(rate * 10 * Server.MaxQueueTime.TotalSeconds), arguments.Connections, MostOpenConnections);
        return MeasureAsync(
            "overload",
            tally,
            stop => Load.OpenAsync(port, connections, rate, heavy, tally, time, stop),
            () => WaitAsync(TimeSpan.FromSeconds((double)arguments.Seconds / Turns))
        );
    }

    private static List<string> Unkept(string name, Counts counts)
    {
        var broken = new List<string>();
        if (counts.Failed > 0)
        {
            broken.Add(Text($"{name}: {counts.Failed:N0} requests were neither answered nor refused ({Describe(counts)})"));
        }

        if (counts.WithoutRetryAfter > 0)
        {
            broken.Add(Text($"{name}: {counts.WithoutRetryAfter:N0} refusals without Retry-After"));
        }

        return broken;
    }

    /// <summary>All connections ask for visits; every request must be answered, and by the version that the answer names.</summary>
    private async Task<PhaseResult> ClosedAsync(string name, Func<Task> act, Func<Counts, string> note)
    {
        var tally = new Tally(tellsVersion: true);
        var seconds = await MeasureAsync(
            name,
            tally,
            stop => Load.ClosedAsync(port, arguments.Connections, visits, tally, time, stop),
            act
        );
        var counts = tally.Read();
        return new(name, counts, seconds, note(counts), Unanswered(name, counts));
    }

    /// <summary>Keeps up a load for as long as something is done, and shows it.</summary>
    /// <returns>How many seconds it lasted.</returns>
    private async Task<double> MeasureAsync(string name, Tally tally, Func<CancellationToken, Task> load, Func<Task> act)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        var start = time.GetTimestamp();
        var seconds = 0.0;
        var loading = load(stop.Token);
        await view.WatchAsync(
            name,
            tally,
            async () =>
            {
                try
                {
                    await act();
                }
                finally
                {
                    await stop.CancelAsync();
                    await loading;
                    seconds = time.GetElapsedTime(start).TotalSeconds;
                }
            }
        );
        return seconds;
    }

    private static List<string> Unanswered(string name, Counts counts)
    {
        var broken = new List<string>();
        if (counts.Failed + counts.Refused > 0)
        {
            broken.Add(Text($"{name}: {counts.Failed + counts.Refused:N0} requests were not answered ({Describe(counts)})"));
        }

        if (counts.Wrong > 0)
        {
            broken.Add(Text($"{name}: {counts.Wrong:N0} answers were not those of the version that they name"));
        }

        return broken;
    }

    private static string Describe(Counts counts) =>
        string.Join(
            ", ",
            counts
                .Statuses.Where(s => s.Key != 200)
                .Select(s => Text($"{s.Value:N0} of status {s.Key}"))
                .Append(Text($"{counts.Broken:N0} broken connections"))
        );

    private Task WaitAsync(TimeSpan span) => span > TimeSpan.Zero ? Task.Delay(span, time, interrupt) : Task.CompletedTask;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
