using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>The folders beside this file were written by MLflow's own client, version 3.6, and only their machine's names were replaced.</summary>
public sealed class MlrunsImportTests : IAsyncDisposable
{
    private const string Parent = "59c1f82fd0b2434b9863b9b8c28c528e";
    private const string Child = "8375ccffb283447298a6aa8f7d45e9e8";
    private const string Experiment = "505955259626315346";

    private readonly string directory = Directory.CreateTempSubdirectory("mlp-import-").FullName;
    private readonly FaultInjector faults = new();
    private readonly ServiceProvider services;

    public MlrunsImportTests()
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<IFaultPoints>(faults);
        collection.AddMlPlatformCore(o => o.DataDirectory = directory).UseTestDatabase(directory).AddMlflowImport();
        services = collection.BuildServiceProvider();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Written => Path.Combine(AppContext.BaseDirectory, "mlruns");

    private IExperimentTracker Tracker => services.GetRequiredService<IExperimentTracker>();

    private IModelRegistry Registry => services.GetRequiredService<IModelRegistry>();

    private IMlflowImporter Importer => services.GetRequiredService<IMlflowImporter>();

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_logged_model_is_here_with_its_files_and_its_version_is_served()
    {
        const string Run = "1742a7abbf2943e8ae25dee82b61cb60";
        const string Model = "m-40a9f09eb6eb4a239818affb4031ae8c";
        var folder = Path.Combine(AppContext.BaseDirectory, "mlruns-logged");

        var report = await Importer.ImportFolderAsync(folder, cancellationToken: Cancel);
        var again = await Importer.ImportFolderAsync(folder, cancellationToken: Cancel);

        Assert.Empty(report.Skipped);
        Assert.Equal((1, 1, 5, 1, 1), (report.Runs, report.LoggedModels, report.Files, report.Models, report.Versions));
        Assert.Equal((0, 0, 0, 3), (again.Runs, again.LoggedModels, again.Versions, again.AlreadyThere));
        var model = (await services.GetRequiredService<ILoggedModels>().GetAsync(Model, Cancel))!;
        Assert.Equal(("model", LoggedModelStatus.Ready, RunId.Parse(Run)), (model.Name, model.Status, model.SourceRunId!.Value));
        Assert.Equal("3", model.Params["depth"]);
        Assert.Equal((0.7, RunId.Parse(Run)), model.Metrics is [var metric] ? (metric.Point.Value, metric.RunId) : default);
        var run = (await Tracker.GetRunAsync(RunId.Parse(Run), Cancel))!;
        Assert.Equal([Model], run.ModelOutputs.Select(o => o.ModelId));
        Assert.Equal([Model], run.ModelInputs);

        var version = (await Registry.GetVersionAsync(new("py-late", 1), Cancel))!;
        Assert.Equal(($"models:/{Model}", Model), (version.Source, version.LoggedModelId));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(1795788820447), version.CreatedAt);
        var opened = await services.GetRequiredService<IModelSource>().OpenAsync(ModelReference.ByAlias("py-late", "champion"), Cancel);
        Assert.Equal(
            ["MLmodel", "conda.yaml", "model.onnx", "python_env.yaml", "requirements.txt"],
            opened.Package.Manifest.Files.Select(f => f.Path)
        );
        Assert.Equal("input: float32[-1,2]", opened.Package.Manifest.Signature.Inputs.Single().ToString());
    }

    [Fact]
    public async Task What_MLflow_wrote_is_here_as_it_was()
    {
        var report = await Importer.ImportFolderAsync(Written, cancellationToken: Cancel);

        Assert.Equal((3, 5, 2, 1, 3), (report.Experiments, report.Runs, report.Files, report.Models, report.Versions));
        Assert.Empty(report.Skipped);
        await AssertCompleteAsync();
        var versions = await Registry.ListVersionsAsync("late-flights", cancellationToken: Cancel);
        Assert.Equal([4, 3, 1], versions.Select(v => v.Id.Version));
        Assert.Equal($"runs:/{Parent}/files", versions[0].Source);
        Assert.Equal(("v3", "2"), (versions[1].Description, versions[1].Tags["n"]));
        Assert.Equal(3, (await Registry.GetAliasAsync("late-flights", "champion", Cancel))!.Version);
        var next = await Registry.RegisterVersionAsync("late-flights", new ExternalModel("s3://b/m"), cancellationToken: Cancel);
        Assert.Equal(5, next.Id.Version);
        Assert.NotNull((await Tracker.FindExperimentAsync("gone", Cancel))!.DeletedAt);
    }

    [Fact]
    public async Task Importing_again_changes_nothing()
    {
        await Importer.ImportFolderAsync(Written, cancellationToken: Cancel);
        var events = await CountEventsAsync();

        var report = await Importer.ImportFolderAsync(Written, cancellationToken: Cancel);

        Assert.Equal((0, 0, 0, 0, 0), (report.Experiments, report.Runs, report.Files, report.Models, report.Versions));
        Assert.Equal(8, report.AlreadyThere);
        Assert.Empty(report.Skipped);
        Assert.Equal(events, await CountEventsAsync());
    }

    [Fact]
    public async Task An_import_that_was_cut_off_goes_on()
    {
        faults.Arm("artifact.written");
        await Assert.ThrowsAsync<InjectedFaultException>(() => Importer.ImportFolderAsync(Written, cancellationToken: Cancel));
        faults.Arm("artifact.renamed");
        await Assert.ThrowsAsync<InjectedFaultException>(() => Importer.ImportFolderAsync(Written, cancellationToken: Cancel));

        Assert.Empty((await Importer.ImportFolderAsync(Written, cancellationToken: Cancel)).Skipped);
        await AssertCompleteAsync();
    }

    [Fact]
    public async Task What_cannot_be_imported_is_named_and_stops_nothing_else()
    {
        var folder = Copy();
        var run = Path.Combine(folder, Experiment, Child);
        await File.AppendAllTextAsync(Path.Combine(run, "metrics", "auc"), "1 two 3\n", Cancel);
        File.CreateSymbolicLink(
            Path.Combine(folder, Experiment, Parent, "artifacts", "files", "link.txt"),
            Path.Combine(folder, "0", "meta.yaml")
        );
        Directory.CreateSymbolicLink(Path.Combine(folder, Experiment, Parent, "artifacts", "away"), "/etc");
        await WriteAsync(folder, "broken/meta.yaml", "a: [");
        await WriteAsync(folder, "none/x", "x");
        await WriteAsync(folder, "big/meta.yaml", new string('a', 2_000_000));
        await WriteAsync(folder, "deep/meta.yaml", new string('[', 20_000));
        await WriteAsync(folder, "wrong/meta.yaml", "experiment_id: '9'\nname: flight-delay\n");
        await WriteAsync(folder, "strange/meta.yaml", "experiment_id: ../../x\nname: strange\n");
        await WriteAsync(folder, "models/late-flights/aliases/ghost", "77");
        await WriteAsync(folder, "models/bad/meta.yaml", "name: a/b\n");
        await WriteAsync(folder, $"{Experiment}/{Parent}/inputs/evil/meta.yaml", "source_id: ../../0\n");
        await WriteAsync(folder, $"{Experiment}/notarun/meta.yaml", "run_id: notarun\nstatus: 3\n");
        await WriteAsync(
            folder,
            $"{Experiment}/ffffffffffffffffffffffffffffffff/meta.yaml",
            "run_id: ffffffffffffffffffffffffffffffff\nstatus: 3\nstart_time: 99999999999999999999\n"
        );

        var report = await Importer.ImportFolderAsync(folder, cancellationToken: Cancel);

        Assert.Equal(
            [
                $"{Experiment}/{Parent}/inputs/evil",
                $"{Experiment}/{Child}",
                $"{Experiment}/ffffffffffffffffffffffffffffffff",
                $"{Experiment}/notarun",
                "big",
                "broken",
                "deep",
                "models/bad",
                "models/late-flights",
                "none",
                "strange",
                "wrong",
            ],
            report.Skipped.Select(s => s.Path).Order(StringComparer.Ordinal)
        );
        Assert.Contains(report.Skipped, s => s.Reason.Contains("'1 two 3'", StringComparison.Ordinal));
        var files = await Tracker.ListArtifactsAsync(RunId.Parse(Parent), Cancel);
        Assert.Equal(["files/a.txt", "files/sub/ü #1.txt"], files.Select(f => f.Path));
        Assert.Equal(3, report.Versions);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_import_is_a_few_lines()
    {
        var importer = Importer;
        Directory.SetCurrentDirectory(AppContext.BaseDirectory);

        var report = await importer.ImportFolderAsync("mlruns");
        Console.WriteLine($"{report.Runs} runs, {report.Files} files, {report.Versions} versions; left out: {report.Skipped.Count}");

        Assert.Equal(5, report.Runs);
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite().AddMlflowImport();
        Assert.Contains(services, d => d.ServiceType == typeof(IMlflowImporter));
    }

    [Fact]
    public Task A_missing_folder_is_said_to_be_missing() =>
        Assert.ThrowsAsync<DirectoryNotFoundException>(() =>
            Importer.ImportFolderAsync(Path.Combine(directory, "none"), cancellationToken: Cancel)
        );

    [Fact]
    public async Task Progress_is_told()
    {
        var told = new List<string>();
        await Importer.ImportFolderAsync(Written, new Told(told), Cancel);
        Assert.Equal(6, told.Count);
        Assert.Contains("models/late-flights", told);
    }

    private async Task AssertCompleteAsync()
    {
        var parent = (await Tracker.GetRunAsync(RunId.Parse(Parent), Cancel))!;
        Assert.Equal(("parent", Experiment, RunStatus.Finished), (parent.Name, parent.ExperimentId, parent.Status));
        Assert.Equal(("lightgbm", "31", "dev"), (parent.Params["trainer"], parent.Params["leaves"], parent.Tags["stage"]));
        Assert.Equal(2026, parent.StartTime.Year);
        Assert.True(parent.EndTime > parent.StartTime);
        Assert.Equal((0.74, 4L), (parent.Metrics["auc"].Value, parent.Metrics["auc"].Step));
        Assert.Equal(5, (await Tracker.GetMetricHistoryAsync(parent.Id, "auc", cancellationToken: Cancel)).Count);
        Assert.Equal(
            [double.PositiveInfinity, double.NaN],
            (await Tracker.GetMetricHistoryAsync(parent.Id, "val/loss", cancellationToken: Cancel)).Select(p => p.Value)
        );
        Assert.Equal(("landings", "2001q1", """{"a":1}"""), (parent.Inputs[0].Name, parent.Inputs[0].Digest, parent.Inputs[0].SchemaText));
        using var file = new StreamReader(await Tracker.OpenArtifactAsync(parent.Id, "files/sub/ü #1.txt", Cancel), Encoding.UTF8);
        Assert.Equal("beta", await file.ReadToEndAsync(Cancel));
        var child = (await Tracker.GetRunAsync(RunId.Parse(Child), Cancel))!;
        Assert.Equal(parent.Id, child.ParentRunId);
        var all = await Tracker.SearchRunsAsync(new() { Experiments = ["flight-delay"], View = LifecycleView.All }, Cancel);
        Assert.Equal(["child", "deleted", "failed", "parent"], all.Items.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(RunStatus.Failed, all.Items.Single(r => r.Name == "failed").Status);
        Assert.NotNull(all.Items.Single(r => r.Name == "deleted").DeletedAt);
        Assert.Equal("ops", (await Tracker.GetExperimentAsync(Experiment, Cancel))!.Tags["team"]);
    }

    private async Task<int> CountEventsAsync() => (await services.ReadSettledAsync(new() { Limit = 10_000 }, Cancel)).Count;

    private static async Task WriteAsync(string folder, string path, string text)
    {
        var place = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        await File.WriteAllTextAsync(place, text, Cancel);
    }

    private static string Copy()
    {
        var target = Directory.CreateTempSubdirectory("mlp-mlruns-").FullName;
        foreach (
            var file in Directory.EnumerateFiles(
                Written,
                "*",
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }
            )
        )
        {
            var place = Path.Combine(target, Path.GetRelativePath(Written, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, place);
        }

        return target;
    }

    private sealed class Told(List<string> told) : IProgress<string>
    {
        public void Report(string value) => told.Add(value);
    }
}
