using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>Runs as a server writes them: by id, call by call.</summary>
public sealed class RunWithoutWriterTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => host.Get<IExperimentTracker>();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Batch_is_written_whole_or_not_at_all()
    {
        var run = await NewRunAsync();
        var at = host.Time.GetUtcNow();
        await Tracker.LogBatchAsync(
            run,
            new()
            {
                Metrics = [new("auc", double.NaN, 1, at), new("auc", 0.7, 0, at), new("auc", 0.7, 0, at)],
                Params = [new("leaves", "31")],
                Tags = [new("a", "1"), new("a", "2")],
            },
            Cancel
        );
        var conflict = await Assert.ThrowsAsync<ParamConflictException>(() =>
            Tracker.LogBatchAsync(
                run,
                new()
                {
                    Metrics = [new("auc", 0.9, 9, at)],
                    Params = [new("depth", "3"), new("leaves", "63")],
                    Tags = [new("a", "3")],
                },
                Cancel
            )
        );
        Assert.Equal(("leaves", "31", "63"), (conflict.Key, conflict.Existing, conflict.Attempted));

        var info = (await Tracker.GetRunAsync(run, Cancel))!;
        Assert.Equal(("31", "2", 1), (Assert.Single(info.Params).Value, Assert.Single(info.Tags).Value, info.Metrics["auc"].Step));
        Assert.True(double.IsNaN(info.Metrics["auc"].Value));
        Assert.Equal(2, (await Tracker.GetMetricHistoryAsync(run, "auc", cancellationToken: Cancel)).Count);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Tracker.LogBatchAsync(run, new() { Params = [new("x", "1"), new("x", "1")] }, Cancel)
        );
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.LogBatchAsync(RunId.New(TimeProvider.System), new(), Cancel));
    }

    [Fact]
    public async Task Status_and_name_change_and_the_name_agrees_with_its_tag()
    {
        var run = await NewRunAsync();
        var end = host.Time.GetUtcNow() + TimeSpan.FromMinutes(3);
        Assert.Equal("named", (await Tracker.UpdateRunAsync(run, new() { Name = "named" }, Cancel)).Name);
        await Tracker.LogBatchAsync(run, new() { Tags = [new("mlflow.runName", "by tag")] }, Cancel);
        Assert.Equal("by tag", (await Tracker.GetRunAsync(run, Cancel))!.Name);
        var ended = await Tracker.UpdateRunAsync(
            run,
            new()
            {
                Name = "again",
                Status = RunStatus.Killed,
                EndTime = end,
            },
            Cancel
        );
        Assert.Equal(("again", "again", RunStatus.Killed, end), (ended.Name, ended.Tags["mlflow.runName"], ended.Status, ended.EndTime));
        await Tracker.UpdateRunAsync(run, new() { Status = RunStatus.Killed }, Cancel);
        Assert.Single(await host.EventsAsync(EventTypes.RunEnded));
        Assert.Null((await Tracker.UpdateRunAsync(run, new() { Status = RunStatus.Running }, Cancel)).EndTime);
    }

    [Fact]
    public async Task Parent_by_tag_becomes_the_parent_unless_it_is_unknown_or_a_part_itself()
    {
        var (parent, child) = (await NewRunAsync(), await NewRunAsync());
        await ParentAsync(child, parent.ToString());
        Assert.Equal(child, Assert.Single(await Tracker.GetChildrenAsync(parent, Cancel)).Id);
        await ParentAsync(parent, child.ToString());
        await ParentAsync(parent, parent.ToString());
        await ParentAsync(parent, "unknown");
        var info = (await Tracker.GetRunAsync(parent, Cancel))!;
        Assert.Null(info.ParentRunId);
        Assert.Equal("unknown", info.Tags["mlflow.parentRunId"]);

        Task ParentAsync(RunId run, string value) =>
            Tracker.LogBatchAsync(run, new() { Tags = [new("mlflow.parentRunId", value)] }, Cancel);
    }

    [Fact]
    public async Task Deleted_run_stays_readable_takes_no_writes_and_can_be_restored()
    {
        var run = await NewRunAsync();
        await Tracker.LogBatchAsync(run, new() { Tags = [new("a", "1")] }, Cancel);
        await Tracker.DeleteRunAsync(run, Cancel);
        await Tracker.DeleteRunAsync(run, Cancel);
        Assert.NotNull((await Tracker.GetRunAsync(run, Cancel))!.DeletedAt);
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.DeleteTagAsync(run, "a", Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.UpdateRunAsync(run, new() { Name = "x" }, Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.LogInputsAsync(run, [new("d", "1")], cancellationToken: Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.StartRunAsync("flights", new() { RunId = run }, Cancel));
        await Tracker.RestoreRunAsync(run, Cancel);
        await Tracker.DeleteTagAsync(run, "a", Cancel);
        Assert.Empty((await Tracker.GetRunAsync(run, Cancel))!.Tags);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.DeleteTagAsync(run, "a", Cancel));
        Assert.Equal(2, (await host.EventsAsync(EventTypes.RunDeleted, EventTypes.RunRestored)).Count);
    }

    [Fact]
    public async Task Inputs_keep_what_another_system_says_of_them()
    {
        var run = await NewRunAsync();
        var dataset = new RunDataset("flights", "abc")
        {
            SourceType = "s3",
            Source = """{"uri":"s3://x"}""",
            SchemaText = """{"mlflow_colspec":[]}""",
            Profile = """{"num_rows":3}""",
            Tags = new Dictionary<string, string> { ["mlflow.data.context"] = "training" },
        };
        await Tracker.LogInputsAsync(run, [dataset, dataset], cancellationToken: Cancel);
        var read = Assert.Single((await Tracker.GetRunAsync(run, Cancel))!.Inputs);
        Assert.Equal(
            (dataset.SourceType, dataset.Source, dataset.SchemaText, dataset.Profile),
            (read.SourceType, read.Source, read.SchemaText, read.Profile)
        );
        Assert.Equal("training", read.Tags["mlflow.data.context"]);
    }

    [Fact]
    public async Task Logged_model_belongs_to_its_run_carries_metrics_by_dataset_and_ends_for_good()
    {
        var models = host.Get<ILoggedModels>();
        var run = await NewRunAsync();
        var experiment = (await Tracker.GetRunAsync(run, Cancel))!.ExperimentId;
        var model = await models.CreateAsync(
            experiment,
            new()
            {
                Name = "late",
                SourceRunId = run,
                Params = new Dictionary<string, string> { ["leaves"] = "31" },
            },
            Cancel
        );
        Assert.Matches("^m-[0-9a-f]{32}$", model.Id);
        var at = host.Time.GetUtcNow();
        await Tracker.LogOutputsAsync(run, [new(model.Id, 7)], Cancel);
        await Tracker.LogBatchAsync(
            run,
            new()
            {
                Metrics =
                [
                    new("auc", 0.7, 1, at) { ModelId = model.Id },
                    new("auc", 0.6, 0, at) { ModelId = model.Id },
                    new("auc", 0.5, 0, at)
                    {
                        ModelId = model.Id,
                        DatasetName = "test",
                        DatasetDigest = "abc",
                    },
                ],
            },
            Cancel
        );
        await models.SetTagsAsync(model.Id, new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, Cancel);
        await models.DeleteTagAsync(model.Id, "b", Cancel);
        await Assert.ThrowsAsync<LoggedModelParamConflictException>(() =>
            models.LogParamsAsync(model.Id, new Dictionary<string, string> { ["leaves"] = "63" }, Cancel)
        );
        await Assert.ThrowsAsync<ArgumentException>(() => models.EndAsync(model.Id, LoggedModelStatus.Pending, cancellationToken: Cancel));
        var ready = await models.EndAsync(model.Id, LoggedModelStatus.Ready, cancellationToken: Cancel);

        Assert.Equal((LoggedModelStatus.Ready, "31", "1"), (ready.Status, ready.Params["leaves"], Assert.Single(ready.Tags).Value));
        Assert.Equal([(null, 0.7), ("test", 0.5)], ready.Metrics.Select(m => (m.DatasetName, m.Point.Value)));
        Assert.Equal(new(model.Id, 7), Assert.Single((await Tracker.GetRunAsync(run, Cancel))!.ModelOutputs));
        var edge = Assert.Single(await host.Get<ILineage>().UpstreamAsync(new(AssetKind.LoggedModel, model.Id), 1, Cancel));
        Assert.Equal((run.ToString(), "produced"), (edge.From.Id, edge.Relation));

        await models.DeleteAsync(model.Id, Cancel);
        Assert.NotNull((await models.GetAsync(model.Id, Cancel))!.DeletedAt);
        await Assert.ThrowsAsync<AssetDeletedException>(() => models.SetTagsAsync(model.Id, new Dictionary<string, string>(), Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.LogOutputsAsync(run, [new("m-0")], Cancel));
        Assert.Equal(
            3,
            (await host.EventsAsync(EventTypes.LoggedModelCreated, EventTypes.LoggedModelEnded, EventTypes.LoggedModelDeleted)).Count
        );
    }

    private async Task<RunId> NewRunAsync()
    {
        var experiment = await Tracker.GetOrCreateExperimentAsync("flights", Cancel);
        return (await Tracker.CreateRunAsync(experiment.Id, cancellationToken: Cancel)).Id;
    }
}
