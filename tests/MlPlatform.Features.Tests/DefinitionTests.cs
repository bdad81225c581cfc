using System.Text.Json;

namespace MlPlatform.Features.Tests;

public sealed class DefinitionTests
{
    [Fact]
    public async Task Definitions_are_applied_once_and_found_again_by_their_content()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var first = new FeaturesHost(f => f.AddDefinitions<Version1>(), directory))
            {
                Assert.Equal(4, (await first.Store.ApplyAsync()).Count);
                Assert.Empty(await first.Store.ApplyAsync());
                Assert.Equal(4, await first.CountEventsAsync(EventTypes.FeatureDefinition));
                Assert.Equal(1, await first.CountEventsAsync(EventTypes.FeatureRegistered));
            }

            await using (var second = new FeaturesHost(f => f.AddDefinitions<Version2>(), directory))
            {
                Assert.Equal(["view:last@v2", "service:s@v2"], (await second.Store.ApplyAsync()).Select(a => a.ToString()));
                Assert.Equal(1, await second.CountEventsAsync(EventTypes.FeatureRegistered));
            }

            await using var third = new FeaturesHost(f => f.AddDefinitions<Version1>(), directory);
            Assert.Empty(await third.Store.ApplyAsync());
            Assert.Equal(1, (await third.Store.DescribeServiceAsync("s")).Version);
            var versions = (await third.Store.ListAsync()).Where(d => d.Asset.Kind == AssetKind.View).ToArray();
            Assert.Equal([1, 2], versions.Select(v => v.Asset.Version));
            Assert.NotEqual(versions[0].Hash, versions[1].Hash);
            await Assert.ThrowsAsync<AssetNotFoundException>(() => third.Store.DescribeServiceAsync("s@v2"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Asset_that_changes_hands_says_from_whom_to_whom()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var first = new FeaturesHost(f => f.AddDefinitions<Version1>(), directory))
            {
                await first.Store.ApplyAsync();
                Assert.Equal(0, await first.CountEventsAsync(EventTypes.OwnerChanged));
            }

            await using var second = new FeaturesHost(f => f.AddDefinitions<Owned>(), directory);
            await second.Store.ApplyAsync();
            var changed = Assert.Single(await second.Get<IServiceProvider>().ReadSettledAsync(new() { Types = [EventTypes.OwnerChanged] }));
            Assert.Equal("entity:origin", changed.Subject.ToString());
            Assert.Equal(JsonValueKind.Null, changed.Payload.GetProperty("from").ValueKind);
            Assert.Equal("network-ops", changed.Payload.GetProperty("to").GetString());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Change_of_the_time_to_live_keeps_what_is_stored_online()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var first = new FeaturesHost(f => f.AddDefinitions<Version1>(), directory))
            {
                await first.Store.PushAsync("landings", [Rows.At("a", FeaturesHost.Start)]);
            }

            await using var second = new FeaturesHost(f => f.AddDefinitions<Version2>(), directory);
            Assert.Equal("a", (await second.ReadAsync(Rows.Ask(FeaturesHost.Start), "s"))["id"].Value.AsString());
            Assert.Equal(0, (await second.Store.MaterializeAsync()).Rows);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task All_findings_are_listed_at_once()
    {
        await using var host = new FeaturesHost(f => f.AddDefinitions<Wrong>());
        var error = await Assert.ThrowsAsync<InvalidFeatureModelException>(() => host.Store.ApplyAsync());

        string[] expected =
        [
            "'origin': it is declared twice",
            "has no event time",
            "'no_time' is no valid source",
            "has no column 'nowhere'",
            "has a window of 00:00:00",
            "make the property nullable",
            "no window computes feature 'late_share'",
            "cannot be the Sum of String",
            "two columns are named 'delay'",
            "has no feature",
        ];
        Assert.All(expected, e => Assert.Contains(error.Findings, f => f.Contains(e, StringComparison.Ordinal)));
        Assert.Empty(await host.Store.ListAsync());
    }

    [Fact]
    public async Task Source_column_cannot_change_its_type()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        try
        {
            await using (var first = new FeaturesHost(f => f.AddDefinitions<Version1>(), directory))
            {
                await first.Store.ApplyAsync();
            }

            await using var second = new FeaturesHost(f => f.AddDefinitions<Retyped>(), directory);
            var error = await Assert.ThrowsAsync<InvalidFeatureModelException>(() => second.Store.ApplyAsync());
            Assert.Contains("'delay' was Float32", error.Findings[0], StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Hosts_that_apply_at_once_number_versions_without_a_gap()
    {
        var directory = Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        var hosts = new List<FeaturesHost>();
        try
        {
            for (var i = 0; i < 8; i++)
            {
                hosts.Add(new(i % 2 == 0 ? f => f.AddDefinitions<Version1>() : f => f.AddDefinitions<Version2>(), directory));
            }

            await hosts[0].Get<IMetadataDatabase>().MigrateAsync();
            var applied = await Task.WhenAll(hosts.Select(h => Task.Run(() => h.Store.ApplyAsync())));

            // Entity, source and the two versions of the view and of its service, each once, whoever was first.
            Assert.Equal(6, applied.Sum(a => a.Count));
            var definitions = await hosts[0].Store.ListAsync();
            Assert.Equal([1, 2], definitions.Where(d => d.Asset.Kind == AssetKind.View).Select(d => d.Asset.Version!.Value).Order());
            Assert.Equal(6, await hosts[1].CountEventsAsync(EventTypes.FeatureDefinition));
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    private sealed record IdRow(string Id);

    private sealed record DelayRow(float? Delay);

    private sealed record Elsewhere(string Nowhere);

    private sealed record BadAggregates(double MeanDelay, double? LateShare, double? Text);

    private sealed record Landing2(string Id, string Origin, DateTimeOffset KnownAt, double Delay);

    private static void Define(IFeatureModelBuilder model, TimeSpan timeToLive)
    {
        model.Entity<OriginKey>("origin");
        var landings = model.Source<Landing>("landings", s => s.EventTime(l => l.KnownAt));
        var last = model.View<OriginKey, IdRow>("last", landings, v => v.TimeToLive(timeToLive));
        model.Service("s", s => s.Include(last));
    }

    private sealed class Version1 : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model) => DefinitionTests.Define(model, TimeSpan.FromHours(1));
    }

    private sealed class Version2 : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model) => DefinitionTests.Define(model, TimeSpan.FromHours(2));
    }

    private sealed class Owned : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model) => model.Entity<OriginKey>("origin", e => e.OwnedBy("network-ops"));
    }

    private sealed class Retyped : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model) => model.Source<Landing2>("landings", s => s.EventTime(l => l.KnownAt));
    }

    private sealed class Wrong : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model)
        {
            model.Entity<OriginKey>("origin");
            model.Entity<IdRow>("origin");
            var landings = model.Source<Landing>("landings", s => s.EventTime(l => l.KnownAt));
            var untimed = model.Source<Landing>("no_time", _ => { });
            model.View<OriginKey, IdRow>("no_source", untimed);
            model.View<OriginKey, Elsewhere>("elsewhere", landings);
            model.AggregateView<OriginKey, Landing, BadAggregates>(
                "bad",
                landings,
                v =>
                    v.Window(
                        TimeSpan.Zero,
                        TimeSpan.FromMinutes(1),
                        w => w.Mean(l => l.Delay, f => f.MeanDelay).Sum(l => l.Id, f => f.Text)
                    )
            );
            var one = model.View<OriginKey, DelayRow>("one", landings);
            var two = model.View<OriginKey, DelayRow>("two", landings);
            model.Service("both", s => s.Include(one).Include(two));
            model.Service("empty", _ => { });
        }
    }
}
