using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Testing;

namespace FlightDelay;

/// <summary>Plays the file in its own time: backfill of three months and a first champion, then each later month, and a retrain after it.</summary>
internal sealed class Replay(IMlPlatform platform, ManualTimeProvider clock, IReadOnlyList<Flight> flights, RunDataset dataset, int seed)
{
    public const string Model = "flight-delay";
    private const string Champion = "champion";

    // A delay is known only after the landing; whoever uses it earlier looks into the future.
    private static readonly TimeSpan LabelDelay = TimeSpan.FromHours(6);
    private static readonly TimeSpan HeldOut = TimeSpan.FromDays(10);
    private readonly Trainer trainer = new(platform.Experiments, seed);
    private readonly Summary summary = new();
    private readonly DateTime[] months = [.. flights.Select(f => new DateTime(f.DepartedAt.Year, f.DepartedAt.Month, 1)).Distinct()];

    public string Algorithm => trainer.Algorithm;

    public int Steps => ((months.Length - 2) * 5) - 1;

    public async Task<Summary> RunAsync(Action<string> report, Action step)
    {
        if (months.Length < 4)
        {
            throw new ArgumentException($"The file holds {months.Length} months; at least four are needed: three to begin with and one to replay.");
        }

        await DecideAsync(months[3], report, step);
        foreach (var month in months.Skip(3))
        {
            report($"{month:MMMM yyyy}: predicting");
            await PredictAsync(month);
            step();
            summary.Retrains++;
            await DecideAsync(month.AddMonths(1), report, step);
        }

        summary.Champion = (await platform.Models.GetAliasAsync(Model, Champion))?.Version ?? 0;
        return summary;
    }

    /// <summary>Trains on what is known at a time, holds the newest days out, and lets the gate decide over the candidate.</summary>
    private async Task DecideAsync(DateTime now, Action<string> report, Action step)
    {
        clock.Set(new(now, TimeSpan.Zero));
        var known = flights.Where(f => f.DepartedAt + LabelDelay <= now).ToList();
        var train = known.Where(f => f.DepartedAt + LabelDelay <= now - HeldOut).ToList();
        var heldOut = known.Where(f => f.DepartedAt > now - HeldOut).ToList();

        // The grid is chosen on the older half of the held-out days and judged on the newer half: a choice made on the judge's own rows flatters it.
        var choose = heldOut[..(heldOut.Count / 2)];
        var judge = heldOut[(heldOut.Count / 2)..];
        report($"{now:yyyy-MM-dd}: training on {train.Count:N0} flights");
        var candidate = await trainer.TrainAsync(clock.GetUtcNow(), dataset, train, choose, step);
        var package = ModelPackage
            .FromMlNet(trainer.Context, candidate.Model, candidate.Schema, nameof(Flight.Label))
            .With(m => m with { Provenance = m.Provenance with { RunId = candidate.Run.ToString(), TrainingSet = dataset.Digest, Seed = seed } });
        var version = await platform.Models.RegisterVersionAsync(Model, package, new() { RunId = candidate.Run });
        await JudgeAsync(version.Id, candidate, judge);
    }

    private async Task JudgeAsync(ModelVersionId id, Candidate candidate, List<Flight> rows)
    {
        var alias = await platform.Models.GetAliasAsync(Model, Champion);
        double[] labels = [.. rows.Select(f => f.Label ? 1.0 : 0)];
        var champion = alias is null ? [] : trainer.Score(await OpenChampionAsync(), rows);
        var result = (ChampionComparison.NotWorse(0.002) with { AbsoluteMinimum = 0.55, Seed = seed }).Evaluate(
            id.ToAsset(),
            alias?.VersionId.ToAsset(),
            labels,
            trainer.Score(candidate.Model, rows),
            champion,
            clock.GetUtcNow()
        );
        var evidence = await platform.Artifacts.PutBytesAsync(result.ToBytes());
        var promoted = result.Verdict == GateVerdict.Pass;
        if (promoted)
        {
            // Compare-and-set against the champion that was judged: had another taken its place meanwhile, this would not overwrite it.
            var reason = new AliasMoveReason(alias is null ? AliasMoveKind.Human : AliasMoveKind.Retrain, result.Reason, evidence.Digest);
            await platform.Models.SetAliasAsync(Model, Champion, id.Version, alias?.ETag ?? ETag.None, reason);
        }

        var status = promoted ? "promoted" : result.Verdict == GateVerdict.Fail ? "refused" : "inconclusive";
        summary.Versions.Add(new(id.Version, status, result.Reason, result.Evidence[0].Candidate ?? double.NaN, clock.GetUtcNow()));
    }

    private async Task PredictAsync(DateTime month)
    {
        var rows = flights.Where(f => f.DepartedAt >= month && f.DepartedAt < month.AddMonths(1)).ToList();
        var scores = trainer.Score(await OpenChampionAsync(), rows);
        clock.Set(new(month.AddMonths(1), TimeSpan.Zero));
        var labelled = rows.FindLastIndex(f => f.DepartedAt + LabelDelay <= month.AddMonths(1)) + 1;
        summary.Predictions += rows.Count;
        summary.LabelsJoined += labelled;
        summary.Auc[$"{month:yyyy-MM}"] = BinaryMetrics.Auc([.. rows.Take(labelled).Select(f => f.Label ? 1.0 : 0)], scores.AsSpan(0, labelled)).Value;
    }

    /// <summary>Through the registry, by alias, with every byte verified: what a server would load.</summary>
    private async Task<Microsoft.ML.ITransformer> OpenChampionAsync()
    {
        var opened = await platform.ModelSource.OpenAsync(ModelReference.ByAlias(Model, Champion));
        return await opened.Package.LoadMlNetAsync(trainer.Context);
    }
}
