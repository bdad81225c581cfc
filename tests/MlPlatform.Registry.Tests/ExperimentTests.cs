using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

public sealed class ExperimentTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => host.Get<IExperimentTracker>();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Experiment_keeps_what_it_was_made_with_and_its_tags_change()
    {
        var made = await Tracker.CreateExperimentAsync(
            "flights",
            new()
            {
                Id = "0",
                ArtifactLocation = "s3://elsewhere",
                Tags = new Dictionary<string, string> { ["team"] = "ops" },
            },
            Cancel
        );
        Assert.Equal(("0", "flights", "s3://elsewhere", "ops"), (made.Id, made.Name, made.ArtifactLocation, made.Tags["team"]));

        host.Time.Advance(TimeSpan.FromHours(1));
        await Tracker.SetExperimentTagAsync("0", "team", "network", Cancel);
        await Tracker.SetExperimentTagAsync("0", "note", "x", Cancel);
        await Tracker.DeleteExperimentTagAsync("0", "note", Cancel);

        var read = (await Tracker.GetExperimentAsync("0", Cancel))!;
        Assert.Equal("network", Assert.Single(read.Tags).Value);
        Assert.Equal(TimeSpan.FromHours(1), read.UpdatedAt - read.CreatedAt);
        Assert.Equal(read.Id, (await Tracker.FindExperimentAsync("flights", Cancel))!.Id);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.DeleteExperimentTagAsync("0", "note", Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.SetExperimentTagAsync("1", "k", "v", Cancel));
    }

    [Fact]
    public async Task Of_many_that_create_one_name_at_once_one_makes_it_and_the_others_are_told()
    {
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async _ =>
                {
                    try
                    {
                        return (await Tracker.CreateExperimentAsync("same", cancellationToken: Cancel)).Id;
                    }
                    catch (AssetExistsException e)
                    {
                        return e.Message;
                    }
                })
        );
        var id = Assert.Single(outcomes, o => o.Length == 32);
        Assert.Equal(15, outcomes.Count(o => o.Contains(id, StringComparison.Ordinal) && o != id));
        Assert.Single(await host.EventsAsync(EventTypes.ExperimentCreated));
    }

    [Fact]
    public async Task Deleted_experiment_keeps_its_name_takes_its_runs_along_and_comes_back_with_them()
    {
        var experiment = await Tracker.CreateExperimentAsync("flights", cancellationToken: Cancel);
        var run = await Tracker.CreateRunAsync(experiment.Id, cancellationToken: Cancel);
        await Tracker.DeleteExperimentAsync(experiment.Id, Cancel);
        await Tracker.DeleteExperimentAsync(experiment.Id, Cancel);

        Assert.Empty(await Tracker.ListExperimentsAsync(cancellationToken: Cancel));
        Assert.NotNull((await Tracker.FindExperimentAsync("flights", Cancel))!.DeletedAt);
        Assert.NotNull((await Tracker.GetRunAsync(run.Id, Cancel))!.DeletedAt);
        var taken = await Assert.ThrowsAsync<AssetExistsException>(() =>
            Tracker.CreateExperimentAsync("flights", cancellationToken: Cancel)
        );
        Assert.Contains($"It is deleted; restore it by its id {experiment.Id}", taken.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.GetOrCreateExperimentAsync("flights", Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.RenameExperimentAsync(experiment.Id, "x", Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.CreateRunAsync(experiment.Id, cancellationToken: Cancel));
        await Assert.ThrowsAsync<AssetDeletedException>(() => Tracker.LogBatchAsync(run.Id, new(), Cancel));

        await Tracker.RestoreExperimentAsync(experiment.Id, Cancel);
        Assert.Null((await Tracker.GetRunAsync(run.Id, Cancel))!.DeletedAt);
        Assert.Equal(
            [EventTypes.ExperimentDeleted, EventTypes.ExperimentRestored],
            (await host.EventsAsync(EventTypes.ExperimentDeleted, EventTypes.ExperimentRestored)).Select(e => e.Type)
        );
    }

    [Fact]
    public async Task Rename_frees_the_old_name_and_refuses_a_taken_one()
    {
        var one = await Tracker.CreateExperimentAsync("one", cancellationToken: Cancel);
        await Tracker.CreateExperimentAsync("two", cancellationToken: Cancel);
        await Assert.ThrowsAsync<AssetExistsException>(() => Tracker.RenameExperimentAsync(one.Id, "two", Cancel));
        await Tracker.RenameExperimentAsync(one.Id, "three", Cancel);
        await Tracker.RenameExperimentAsync(one.Id, "three", Cancel);
        Assert.Null(await Tracker.FindExperimentAsync("one", Cancel));
        Assert.Equal("one", Assert.Single(await host.EventsAsync(EventTypes.ExperimentRenamed)).Payload.GetProperty("from").GetString());
        await Assert.ThrowsAsync<AssetNotFoundException>(() => Tracker.RenameExperimentAsync("nope", "x", Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("../x")]
    public async Task Id_that_breaks_the_rule_is_refused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Tracker.CreateExperimentAsync("x", new() { Id = id }, Cancel));
}
