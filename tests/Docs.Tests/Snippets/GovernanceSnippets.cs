using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace Docs.Tests.Snippets;

public sealed class GovernanceSnippets
{
    [Fact]
    public async Task A_guarded_alias()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatform()
            .AddPromotionPolicy(
                "flight-delay",
                "champion",
                policy =>
                    policy
                        .RequireCompatibleSignature()
                        .RequireMetric("auc", atLeast: 0.7, maximumLoss: 0.01)
                        .RequireCard(completeness: 0.4)
                        .RequireApprovals(1, role: "ml-owner")
                        .AllowOverrideBy("on-call")
            );
        var person = new Person();
        services.AddSingleton<IActorAccessor>(person);

        await using var running = await RunningPlatform.StartAsync(services);
        var (registry, cards, promotions) = (running.Get<IModelRegistry>(), running.Get<IModelCards>(), running.Get<IPromotions>());
        var package = RegistrySnippets.Package().With(m => m with { Metrics = new Dictionary<string, double> { ["auc"] = 0.74 } });
        var version = (await registry.RegisterVersionAsync("flight-delay", package)).Id;

        var card = await cards.DraftAsync(version) with
        {
            Summary = "Says whether a flight will be late.",
            IntendedUse = "Planning of gates, by operations.",
            Limits = "Trained on domestic flights only.",
        };
        await cards.SaveAsync(version, card, expectedRevision: null);

        person.Become("ann", "ml-owner");
        await promotions.ApproveAsync(version, comment: "Better on every slice.");
        foreach (var requirement in await promotions.CheckAsync(version))
        {
            Console.WriteLine($"{requirement.Name}: {requirement.Verdict}. {requirement.Reason}");
        }

        await promotions.PromoteAsync(version, reason: "Better on every slice.");

        Assert.Equal(1, (await registry.GetAliasAsync("flight-delay", "champion"))!.Version);

        var next = (await registry.RegisterVersionAsync("flight-delay", RegistrySnippets.Package())).Id;
        var until = running.Get<TimeProvider>().GetUtcNow().AddHours(4);
        person.Become("dora", "on-call");
        await promotions.OverrideAsync(next, "champion", "Version 1 crashes on empty rows.", until);
        await promotions.PromoteAsync(next);

        Assert.Equal(2, (await registry.GetAliasAsync("flight-delay", "champion"))!.Version);

        await registry.SetModelOwnerAsync("flight-delay", "network-ops");
        await registry.SetModelTagAsync("flight-delay", "domain", "aviation");
        var discovery = running.Get<IModelDiscovery>();

        foreach (var hit in await discovery.FindAsync("aviation delay"))
        {
            Console.WriteLine($"{hit.Model.Name} of {hit.Model.Owner}, found in {string.Join(", ", hit.Fields)}");
        }

        Assert.Single(await discovery.FindAsync("aviation delay"));

        var copy = await registry.CopyVersionAsync(version, "flight-delay-prod");

        Assert.Equal("flight-delay@v1", copy.CopiedFrom);
        var lineage = running.Get<ILineage>();

        var made = await lineage.UpstreamAsync(version.ToAsset()); // From consumers back to data.
        var used = await lineage.DownstreamAsync(version.ToAsset()); // On to aliases, copies and consumers.

        Assert.Empty(made);
        Assert.NotEmpty(used);
    }

    [Fact]
    public async Task Retention()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatform()
            .AddRegistry(o =>
            {
                o.Retention.Add(
                    new()
                    {
                        Experiment = "*",
                        MaximumAge = TimeSpan.FromDays(180),
                        KeepLast = 20,
                        KeepTagged = "keep",
                    }
                );
                o.Retention.Add(new() { Model = "flight-delay", KeepLast = 10 });
                o.PurgeDeletedAfter = TimeSpan.FromDays(30);
            });

        await using var running = await RunningPlatform.StartAsync(services);
        var retention = running.Get<IRegistryRetention>();

        foreach (var item in await retention.PurgeAsync(dryRun: true))
        {
            Console.WriteLine($"{item.Asset}: {(item.Removed ? "would go" : "stays")}. {item.Reason}");
        }

        Assert.Empty(await retention.ApplyAsync(dryRun: true));
    }

    private sealed class Person : IActorAccessor
    {
        public Actor Current { get; private set; } = new(ActorKind.Person, "maker");

        public void Become(string name, string role) => Current = new(ActorKind.Person, name) { Roles = [role] };
    }
}
