using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Tests;

/// <summary>What a running server keeps, brought into the registry here.</summary>
public sealed class ServerImportTests : IAsyncLifetime
{
    private const string Mlmodel = """
        flavors: {onnx: {data: model.onnx, onnx_version: 1.19.0}}
        signature:
          inputs: '[{"name": "features", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
          outputs: '[{"name": "probability", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 1]}}]'
        """;

    private readonly string name = $"late flights {RunId.New(TimeProvider.System)}";
    private readonly string directory = Directory.CreateTempSubdirectory("mlp-import-").FullName;
    private MlflowServer server = null!;
    private MlflowPlatform there = null!;
    private ServiceProvider here = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => here.GetRequiredService<IExperimentTracker>();

    private IModelRegistry Registry => here.GetRequiredService<IModelRegistry>();

    public async ValueTask InitializeAsync()
    {
        server = await MlflowServer.StartAsync();
        there = new(server.Address);
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore(o => (o.DataDirectory, o.RunRecurringWork) = (directory, false))
            .UseTestDatabase(directory)
            .AddMlflowImport();
        here = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task All_of_it_is_here_as_it_was_and_a_second_import_changes_nothing()
    {
        var time = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        var parent = await there.Tracker.StartRunAsync(
            name,
            new()
            {
                Name = "parent",
                StartTime = time,
                UserId = "ada",
            },
            Cancel
        );
        var child = await there.Tracker.StartRunAsync(name, new() { ParentRunId = parent.Id }, Cancel);
        var gone = await there.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        await child.LogParamAsync("trainer", "fastTree", Cancel);
        await child.LogInputAsync(new("flights", "d1g3st"), Cancel);
        for (var i = 0; i < 5; i++)
        {
            child.LogMetric("auc", i / 10.0, i, time.AddSeconds(i));
        }

        await LogAsync(child, "model/MLmodel", Encoding.UTF8.GetBytes(Mlmodel));
        await LogAsync(child, "model/model.onnx", OnnxWriter.Logistic([1, 2], 0.5f));
        await child.EndAsync(RunStatus.Failed, Cancel);
        await there.Tracker.DeleteRunAsync(gone.Id, Cancel);
        var source = new ExternalModel($"runs:/{child.Id}/model");
        var first = await there.Registry.RegisterVersionAsync(name, source, new() { RunId = child.Id, Description = "first" }, Cancel);
        var dropped = await there.Registry.RegisterVersionAsync(name, source, cancellationToken: Cancel);
        await there.Registry.RegisterVersionAsync(name, new ExternalModel("s3://bucket/m"), cancellationToken: Cancel);
        await there.Registry.DeleteVersionAsync(dropped.Id, Cancel);
        await there.Registry.SetAliasAsync(name, "champion", 1, null, new(AliasMoveKind.Human, "best"), Cancel);
        await there.Registry.SetModelTagAsync(name, "team", "ops", Cancel);

        var report = await ImportAsync();
        await AssertCompleteAsync();
        var again = await ImportAsync();
        await AssertCompleteAsync();

        Assert.Equal((0, 0, 0, 0, 0), (again.Experiments, again.Runs, again.Files, again.Models, again.Versions));
        if (MlflowServer.RealAddress is null)
        {
            Assert.Equal((2, 3, 2, 1, 2), (report.Experiments, report.Runs, report.Files, report.Models, report.Versions));
            Assert.Empty(report.Skipped);
        }

        async Task AssertCompleteAsync()
        {
            var run = (await Tracker.GetRunAsync(child.Id, Cancel))!;
            Assert.Equal((name, RunStatus.Failed, parent.Id), (run.Experiment, run.Status, run.ParentRunId!.Value));
            Assert.Equal("fastTree", run.Params["trainer"]);
            Assert.Equal(("flights", "d1g3st"), run.Inputs is [var input] ? (input.Name, input.Digest) : default);
            var history = await Tracker.GetMetricHistoryAsync(child.Id, "auc", cancellationToken: Cancel);
            Assert.Equal([0, 0.1, 0.2, 0.3, 0.4], history.Select(p => p.Value));
            Assert.Equal(time.AddSeconds(4), history[^1].Time);
            Assert.Equal(["model/MLmodel", "model/model.onnx"], (await Tracker.ListArtifactsAsync(child.Id, Cancel)).Select(f => f.Path));
            var above = (await Tracker.GetRunAsync(parent.Id, Cancel))!;
            Assert.Equal(("parent", time, "ada"), (above.Name, above.StartTime, above.UserId));
            Assert.Equal(RunStatus.Killed, above.Status); // It goes on over there; nobody will end it here.
            Assert.NotNull((await Tracker.GetRunAsync(gone.Id, Cancel))!.DeletedAt);

            var versions = await Registry.ListVersionsAsync(name, cancellationToken: Cancel);
            Assert.Equal([3, 1], versions.Select(v => v.Id.Version));
            Assert.Equal(("s3://bucket/m", "first", child.Id), (versions[0].Source, versions[1].Description, versions[1].RunId!.Value));
            Assert.Equal(first.CreatedAt, versions[1].CreatedAt);
            Assert.Equal("ops", (await Registry.GetModelAsync(name, Cancel))!.Tags["team"]);
            var opened = await here.GetRequiredService<IModelSource>().OpenAsync(ModelReference.ByAlias(name, "champion"), Cancel);
            Assert.Equal(["MLmodel", "model.onnx"], opened.Package.Manifest.Files.Select(f => f.Path));
        }
    }

    [Fact]
    public async Task Logged_models_come_along()
    {
        Assert.SkipWhen(MlflowServer.RealAddress is not null, "Another client makes these on a real server.");
        var models = server.Services.GetRequiredService<ILoggedModels>();
        var run = await there.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        var experiment = (await there.Tracker.FindExperimentAsync(name, Cancel))!;
        var options = new LoggedModelOptions
        {
            Name = "model",
            ModelType = "classifier",
            SourceRunId = run.Id,
            Params = new Dictionary<string, string> { ["depth"] = "3" },
            Tags = new Dictionary<string, string> { ["a"] = "b" },
        };
        var made = await models.CreateAsync(experiment.Id, options, Cancel);
        var trees = server.Services.GetRequiredService<IArtifactTrees>();
        await PutAsync("MLmodel", Encoding.UTF8.GetBytes(Mlmodel));
        await PutAsync("model.onnx", OnnxWriter.Logistic([1, 2], 0.5f));
        await models.EndAsync(made.Id, LoggedModelStatus.Ready, cancellationToken: Cancel);
        var point = new MetricEntry("auc", 0.7, 0, made.CreatedAt)
        {
            ModelId = made.Id,
            DatasetName = "flights",
            DatasetDigest = "d1",
        };
        await there.Tracker.LogBatchAsync(run.Id, new() { Metrics = [point] }, Cancel);
        var source = new ExternalModel($"models:/{made.Id}"); // As MLflow's own server tells it, without the id beside.
        await there.Registry.RegisterVersionAsync(name, source, cancellationToken: Cancel);

        var report = await ImportAsync();
        await ImportAsync();

        Assert.Equal((1, 2, 1), (report.LoggedModels, report.Files, report.Versions));
        var model = (await here.GetRequiredService<ILoggedModels>().GetAsync(made.Id, Cancel))!;
        Assert.Equal(
            ("model", "classifier", run.Id, LoggedModelStatus.Ready),
            (model.Name, model.ModelType, model.SourceRunId!.Value, model.Status)
        );
        Assert.Equal(("3", "b"), (model.Params["depth"], model.Tags["a"]));
        Assert.Equal((0.7, "flights"), model.Metrics is [var metric] ? (metric.Point.Value, metric.DatasetName) : default);
        Assert.Equal([made.Id], (await Tracker.GetRunAsync(run.Id, Cancel))!.ModelOutputs.Select(o => o.ModelId));
        Assert.Equal([new ModelVersionId(name, 1)], model.Versions);
        var opened = await here.GetRequiredService<IModelSource>().OpenAsync(ModelReference.ByVersion(name, 1), Cancel);
        Assert.Equal(ModelRuntime.Onnx, opened.Package.Manifest.Runtime.Kind);

        async Task PutAsync(string path, byte[] bytes)
        {
            using var content = new MemoryStream(bytes);
            await trees.PutAsync(ArtifactTreeId.OfLoggedModel(made.Id), ArtifactPath.Parse(path), content, Cancel);
        }
    }

    [Fact]
    public async Task An_import_that_was_cut_off_goes_on_where_it_was()
    {
        Assert.SkipWhen(MlflowServer.RealAddress is not null, "Ours can be disturbed.");
        var ids = new List<RunId>();
        for (var i = 0; i < 5; i++)
        {
            await using var run = await there.Tracker.StartRunAsync(name, cancellationToken: Cancel);
            run.LogMetric("m", i);
            await LogAsync(run, "a.txt", "hello"u8.ToArray());
            ids.Add(run.Id);
        }

        for (var failAt = 3; ; failAt += 3)
        {
            var calls = 0;
            server.Disturbance = (context, next) =>
            {
                if (Interlocked.Increment(ref calls) < failAt)
                {
                    return next();
                }

                context.Abort();
                return Task.CompletedTask;
            };
            try
            {
                await ImportAsync();
                break;
            }
            catch (StorageUnavailableException)
            {
                // The server is away from its nth call on; the next import comes further.
            }
        }

        server.Disturbance = null;
        foreach (var id in ids)
        {
            Assert.Equal(RunStatus.Finished, (await Tracker.GetRunAsync(id, Cancel))!.Status);
            Assert.Single(await Tracker.GetMetricHistoryAsync(id, "m", cancellationToken: Cancel));
            await using var file = await Tracker.OpenArtifactAsync(id, "a.txt", Cancel);
            using var reader = new StreamReader(file);
            Assert.Equal("hello", await reader.ReadToEndAsync(Cancel));
        }
    }

    [Fact]
    public async Task A_transfer_that_breaks_off_is_said_and_the_next_import_has_the_file()
    {
        Assert.SkipWhen(MlflowServer.RealAddress is not null, "Ours can be disturbed.");
        var run = await there.Tracker.StartRunAsync(name, cancellationToken: Cancel);
        await LogAsync(run, "a.txt", "hello"u8.ToArray());
        server.Disturbance = async (context, next) =>
        {
            if (!context.Request.Path.Value!.EndsWith("a.txt", StringComparison.Ordinal))
            {
                await next();
                return;
            }

            context.Response.ContentLength = 5;
            await context.Response.WriteAsync("he");
            await context.Response.Body.FlushAsync(Cancel);
            context.Abort();
        };
        await Assert.ThrowsAsync<StorageUnavailableException>(ImportAsync);

        server.Disturbance = null;
        Assert.Equal(1, (await ImportAsync()).Files);
    }

    [Fact]
    public async Task What_cannot_be_had_is_in_the_report_and_stops_nothing_else()
    {
        Assert.SkipWhen(MlflowServer.RealAddress is not null, "Ours can be disturbed.");
        await using (var run = await there.Tracker.StartRunAsync(name, cancellationToken: Cancel))
        {
            await LogAsync(run, "a.txt", "hello"u8.ToArray());
        }

        server.Disturbance = (context, next) =>
        {
            if (context.Request.Path.Value!.EndsWith("logged-models/search", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound; // As a server of version 2 answers.
                return Task.CompletedTask;
            }

            if (context.Request.Query.ContainsKey("path"))
            {
                return context.Response.WriteAsJsonAsync(new { files = new[] { new { path = "../evil", is_dir = false } } });
            }

            return next();
        };

        var report = await ImportAsync();

        Assert.Equal((1, 0), (report.Runs, report.Files));
        Assert.Equal(
            ["runs/", "experiments/"],
            report.Skipped.Select(s => s.Path[..(s.Path.IndexOf('/', StringComparison.Ordinal) + 1)]).Distinct()
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            here.GetRequiredService<IMlflowImporter>().ImportServerAsync(new() { Uri = new("ftp://server") }, cancellationToken: Cancel)
        );
    }

    [Fact]
    public async Task A_server_behind_the_registry_and_an_import_are_a_few_lines()
    {
        Assert.SkipWhen(MlflowServer.RealAddress is not null, "The documents speak of one server for all.");
        await using (var run = await there.Tracker.StartRunAsync(name, cancellationToken: Cancel))
        {
            run.LogMetric("auc", 0.7);
        }

        var importer = here.GetRequiredService<IMlflowImporter>();
        var address = server.Address;

        var report = await importer.ImportServerAsync(new() { Uri = new(address), Token = "a token, if the server wants one" });
        Console.WriteLine($"{report.Runs} runs, {report.LoggedModels} logged models, {report.Versions} versions");
        foreach (var problem in report.Skipped)
        {
            Console.WriteLine($"{problem.Path}: {problem.Reason}");
        }

        Assert.Equal(1, report.Runs);
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite().UseMlflow("http://127.0.0.1:5000");
        Assert.Single(services, d => d.ServiceType == typeof(IModelSource));
    }

    private Task<MlflowImportReport> ImportAsync() =>
        here.GetRequiredService<IMlflowImporter>().ImportServerAsync(new() { Uri = new(server.Address) }, cancellationToken: Cancel);

    private static async Task LogAsync(IRun run, string path, byte[] bytes)
    {
        using var content = new MemoryStream(bytes);
        await run.LogArtifactAsync(path, content, Cancel);
    }
}
