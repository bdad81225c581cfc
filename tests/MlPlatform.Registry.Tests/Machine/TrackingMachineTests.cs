using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Sequences;

namespace MlPlatform.Registry.Tests;

/// <summary>Two processes write experiments and runs at the same time; what comes of it is what <see cref="TrackingModel"/> says of some order of the calls.</summary>
public sealed class TrackingMachineTests
{
    private static readonly string[] Types =
    [
        EventTypes.ExperimentCreated,
        EventTypes.ExperimentRenamed,
        EventTypes.ExperimentDeleted,
        EventTypes.ExperimentRestored,
        EventTypes.RunStarted,
        EventTypes.RunEnded,
        EventTypes.RunDeleted,
        EventTypes.RunRestored,
    ];

    // Starts and restores come up often, or most calls would meet what is missing or deleted.
    private static readonly TrackingKind[] Kinds =
    [
        .. Enum.GetValues<TrackingKind>(),
        TrackingKind.RestoreExperiment,
        TrackingKind.StartRun,
        TrackingKind.StartRun,
        TrackingKind.StartRun,
        TrackingKind.CreateRun,
        TrackingKind.EndRun,
        TrackingKind.RestoreRun,
        TrackingKind.LogParams,
        TrackingKind.LogMetrics,
        TrackingKind.LogBatch,
    ];

    private static readonly Gen<TrackingOperation> Operations = Gen.Select(
        OneOf(Kinds),
        OneOf("a", "a", "a", "b", "c"),
        OneOf(0, 0, 1, 2),
        Gen.Int[1, 3],
        OneOf(Cut.No, Cut.No, Cut.No, Cut.No, Cut.Cancelled, Cut.Failed),
        (kind, name, run, value, cut) => new TrackingOperation(kind, name, run, value, cut)
    );

    /// <summary>Two calls at the same time, mostly about the same thing.</summary>
    private static readonly Gen<(TrackingOperation, TrackingOperation)> Pairs = Gen.Select(
        Operations,
        Operations,
        Gen.Int[0, 5],
        (one, two, kind) =>
            kind switch
            {
                0 => (one, two),
                1 => (one, two with { Name = one.Name }),
                2 => (one, two with { Kind = one.Kind, Name = one.Name }),
                _ => (one, two with { Name = one.Name, Run = one.Run }),
            }
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Experiments_and_runs_do_what_the_model_says_when_two_processes_race_and_calls_are_cut_off() =>
        Pairs.Array[1, 25].SampleAsync(RunAsync, iter: Count, threads: 1);

    private static async Task RunAsync((TrackingOperation First, TrackingOperation Second)[] pairs)
    {
        var faults = (First: new CommitFault(), Second: new CommitFault());
        await using var first = new RegistryHost(
            o => o.CaptureProvenance = false,
            null,
            b => b.Services.AddSingleton<IFaultPoints>(faults.First)
        );
        await using var second = new RegistryHost(
            o => o.CaptureProvenance = false,
            replicaOf: first,
            b => b.Services.AddSingleton<IFaultPoints>(faults.Second)
        );
        var machine = new TrackingMachine(first.Time);
        var model = new TrackingModel();
        for (var now = 1; now < 2 * pairs.Length; now += 2)
        {
            var (one, two) = pairs[now / 2];
            machine.Set(first, now);
            machine.Set(second, now + 1);
            var found = (await TrackingMachine.FindAsync(first, one.Name), await TrackingMachine.FindAsync(second, two.Name));
            var ended = await Task.WhenAll(
                Task.Run(() => CallAsync(machine, first, faults.First, one, found.Item1), Token),
                Task.Run(() => CallAsync(machine, second, faults.Second, two, found.Item2), Token)
            );
            var state = await machine.DescribeAsync(now % 4 == 1 ? first : second, Types);
            var orders = Orders(model, one, two, now).ToList();
            var explained = orders.Find(o => o.After.Describe() == state && o.Outcomes.Zip(ended, Agree).All(a => a)).After;
            Assert.True(
                explained is not null,
                $"{one}\n{two}\nended in {string.Join(" and ", ended)}\n{state}\nBefore it was:\n{model.Describe()}\nPossible were:\n{Tell(orders)}"
            );

            // The text tells all that there is: histories that lead to one text are one state.
            model = explained;
        }
    }

    private static string Tell(IEnumerable<(string[] Outcomes, TrackingModel After)> orders) =>
        string.Join("\n\n", orders.Select(o => $"{string.Join(" and ", o.Outcomes)}\n{o.After.Describe()}").Distinct());

    /// <summary>What a call said, against what it should say; one that was cancelled may say so whatever it did.</summary>
    private static bool Agree(string expected, string said) => said == expected || said == "cancelled";

    private static IEnumerable<(string[] Outcomes, TrackingModel After)> Orders(
        TrackingModel before,
        TrackingOperation one,
        TrackingOperation two,
        int now
    )
    {
        foreach (var doOne in Choices(one))
        {
            foreach (var doTwo in Choices(two))
            {
                var a = Do(before, before, one, now, doOne);
                var b = Do(before, a.After, two, now + 1, doTwo);
                yield return ([a.Outcome, b.Outcome], b.After);
                b = Do(before, before, two, now + 1, doTwo);
                a = Do(before, b.After, one, now, doOne);
                yield return ([a.Outcome, b.Outcome], a.After);
            }
        }
    }

    private static bool[] Choices(TrackingOperation operation) => operation.Cut == Cut.Cancelled ? [true, false] : [true];

    private static (string Outcome, TrackingModel After) Do(
        TrackingModel found,
        TrackingModel before,
        TrackingOperation operation,
        int now,
        bool happens
    )
    {
        if (!happens)
        {
            return ("cancelled", before);
        }

        var (outcome, after) = before.Apply(operation, found.KeyOf(operation.Name), now);
        return after is null ? (outcome, before)
            : operation.Cut == Cut.Failed ? ("failed", before)
            : (outcome, after);
    }

    private static async Task<string> CallAsync(
        TrackingMachine machine,
        RegistryHost host,
        CommitFault fault,
        TrackingOperation operation,
        string? experiment
    )
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        fault.Armed = operation.Cut == Cut.Failed;
        try
        {
            var call = machine.SendAsync(host, operation, experiment ?? "unknown", cancellation.Token);
            if (operation.Cut == Cut.Cancelled)
            {
                await cancellation.CancelAsync();
            }

            await call;
            return "done";
        }
        catch (AssetNotFoundException)
        {
            return "missing";
        }
        catch (AssetDeletedException)
        {
            return "deleted";
        }
        catch (AssetExistsException)
        {
            return "exists";
        }
        catch (ParamConflictException e)
        {
            return $"{e.Key} is {e.Existing}";
        }
        catch (MlPlatformException e) when (e.Message.Contains("belongs to experiment", StringComparison.Ordinal))
        {
            return "elsewhere";
        }
        catch (OperationCanceledException) when (operation.Cut == Cut.Cancelled)
        {
            return "cancelled";
        }
        catch (InvalidOperationException e) when (e.Message == CommitFault.Message)
        {
            return "failed";
        }
        finally
        {
            fault.Armed = false;
        }
    }
}
