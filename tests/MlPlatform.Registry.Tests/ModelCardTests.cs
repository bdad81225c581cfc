using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class ModelCardTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IModelCards Cards => host.Get<IModelCards>();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Revisions_follow_the_card_of_the_package_and_none_is_lost()
    {
        var packaged = new ModelCard { Summary = "packaged" };
        await host.Models.RegisterVersionAsync(
            "m",
            Of("1", new ModelFileContent("card.json", ModelFileRole.Card, ModelCard.MediaType, packaged.ToBytes())),
            cancellationToken: Cancel
        );
        var id = new ModelVersionId("m", 1);

        Assert.Equal(packaged, (await Cards.GetAsync(id, Cancel))!.Card);
        var first = await Cards.SaveAsync(id, new() { Summary = "edited" }, 0, Cancel);
        var lost = await Assert.ThrowsAsync<ConcurrencyConflictException>(() => Cards.SaveAsync(id, new(), 0, Cancel));
        Assert.Equal("registry.card", lost.Store);
        await Cards.SaveAsync(id, new() { Summary = "again" }, first.Revision, Cancel);

        var all = await Cards.ListAsync(id, Cancel);
        Assert.Equal([(0, "packaged"), (1, "edited"), (2, "again")], all.Select(r => (r.Revision, r.Card.Summary!)));
        Assert.Equal(2, (await host.EventsAsync(EventTypes.ModelCardSaved)).Count);
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.Equal(3, (await Cards.ListAsync(id, Cancel)).Count);
    }

    [Fact]
    public async Task Of_many_who_write_at_once_one_wins()
    {
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    Task.Run(
                        async () =>
                        {
                            try
                            {
                                await Cards.SaveAsync(new("m", 1), new() { Summary = $"{i}" }, null, Cancel);
                                return true;
                            }
                            catch (ConcurrencyConflictException)
                            {
                                return false;
                            }
                        },
                        Cancel
                    )
                )
        );
        Assert.Single(outcomes, o => o);
    }

    [Fact]
    public async Task A_draft_holds_what_is_known_and_nothing_made_up()
    {
        await host.Models.CreateModelAsync("m", new() { Owner = "ops", Description = "Delays." }, Cancel);
        var tracker = host.Get<IExperimentTracker>();
        await using var run = await tracker.StartRunAsync("e", cancellationToken: Cancel);
        await run.LogInputAsync(new("landings", "2001-q1"), Cancel);
        await host.Models.RegisterVersionAsync(
            "m",
            Of("1").With(m => m with { Metrics = new Dictionary<string, double> { ["auc"] = 0.7 } }),
            new() { RunId = run.Id },
            Cancel
        );

        var draft = await Cards.DraftAsync(new("m", 1), Cancel);

        Assert.Equal("Delays.", draft.Summary);
        Assert.Equal("ops", draft.Owner);
        Assert.Equal("landings (2001-q1)", draft.TrainingData);
        Assert.Equal(new("auc", 0.7), Assert.Single(draft.Metrics));
        Assert.Equal(["Intended use", "Limits", "Evaluation data", "Ethics", "Licence"], draft.Missing);
        Assert.Equal(4 / 9.0, draft.Completeness, 12);
        Assert.Null(await Cards.GetAsync(new("m", 1), Cancel));
    }

    [Fact]
    public void What_people_write_is_text_and_never_markup()
    {
        var card = new ModelCard
        {
            Summary = "<script>alert(1)</script> [x](javascript:1) *b* # h",
            Metrics =
            [
                new("a|b\nc", 0.5)
                {
                    Low = 0.4,
                    High = 0.6,
                    Slice = "<i>",
                },
            ],
        };

        var html = card.ToHtml("m@v1 <b>");
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("0.4 to 0.6", html, StringComparison.Ordinal);
        var markdown = card.ToMarkdown("m@v1");
        Assert.Contains(@"\<script\>", markdown, StringComparison.Ordinal);
        Assert.Contains(@"\[x\]\(javascript\:1\) \*b\* \# h", markdown, StringComparison.Ordinal);
        Assert.Contains(@"| a\|b c |", markdown, StringComparison.Ordinal);
        Assert.Contains("*To be written by a person.*", markdown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"metrics":null}""")]
    [InlineData("{")]
    [InlineData("""{"metrics":[1]}""")]
    public void What_is_no_card_is_said_to_be_none(string json) =>
        Assert.Throws<InvalidModelPackageException>(() => ModelCard.FromBytes(System.Text.Encoding.UTF8.GetBytes(json)));
}
