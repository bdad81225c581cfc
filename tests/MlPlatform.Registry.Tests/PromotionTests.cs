using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class PromotionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alias_without_policy_moves_as_before()
    {
        await using var host = Host(p => p.RequireCheck("champion"));
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);

        Assert.Empty(await host.Get<IPromotions>().CheckAsync(new("m", 1), "staging", Cancel));
        Assert.Equal(1, (await host.Get<IPromotions>().PromoteAsync(new("m", 1), "staging", cancellationToken: Cancel)).Version);
    }

    [Fact]
    public async Task No_way_of_moving_passes_a_gate_that_was_not_checked()
    {
        await using var host = Host(p => p.RequireCheck("champion"));
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);

        var refused = await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            host.Models.SetAliasAsync("m", "champion", 1, null, Because, Cancel)
        );
        Assert.Equal(new("m", 1), refused.Version);
        Assert.Contains("champion: It has not been checked.", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PromotionRefusedException>(() => host.Models.PromoteAsync(new("m", 1), cancellationToken: Cancel));
        await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            host.Get<IPromotions>().PromoteAsync(new("m", 1), cancellationToken: Cancel)
        );
        await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            host.Database.WriteAsync(
                Durability.Power,
                work => host.Get<IModelPromotion>().PromoteAsync(work, new(new("m", 1), "champion", ETag.None, Because)),
                Cancel
            )
        );
        Assert.Null(await host.Models.GetAliasAsync("m", "champion", Cancel));
        Assert.Empty(await host.EventsAsync(EventTypes.AliasMoved));
    }

    [Fact]
    public async Task A_check_counts_for_what_it_was_made_against()
    {
        await using var host = Host(p => p.RequireCheck("champion"));
        for (var i = 1; i <= 3; i++)
        {
            await host.Models.RegisterVersionAsync("m", Of($"{i}"), cancellationToken: Cancel);
        }

        await CheckAsync(host, 1, null, GateVerdict.Pass);
        await host.Models.PromoteAsync(new("m", 1), cancellationToken: Cancel);
        await CheckAsync(host, 2, 1, GateVerdict.Pass);
        await CheckAsync(host, 3, 1, GateVerdict.Pass);
        await host.Models.PromoteAsync(new("m", 2), cancellationToken: Cancel);

        var stale = await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            host.Models.PromoteAsync(new("m", 3), cancellationToken: Cancel)
        );
        Assert.Contains("checked against model:m@v1; now it is model:m@v2", stale.Message, StringComparison.Ordinal);
        await CheckAsync(host, 3, 2, GateVerdict.Inconclusive);
        await Assert.ThrowsAsync<PromotionRefusedException>(() => host.Models.PromoteAsync(new("m", 3), cancellationToken: Cancel));
    }

    [Fact]
    public async Task Going_back_needs_no_gate_but_only_to_what_was_live()
    {
        await using var host = Host(p => p.RequireCheck("champion"));
        for (var i = 1; i <= 3; i++)
        {
            await host.Models.RegisterVersionAsync("m", Of($"{i}"), cancellationToken: Cancel);
        }

        await CheckAsync(host, 1, null, GateVerdict.Pass);
        await host.Models.PromoteAsync(new("m", 1), cancellationToken: Cancel);
        await CheckAsync(host, 2, 1, GateVerdict.Pass);
        await host.Models.PromoteAsync(new("m", 2), cancellationToken: Cancel);

        var back = new AliasMoveReason(AliasMoveKind.Rollback, "It was better before.");
        await Assert.ThrowsAsync<PromotionRefusedException>(() => host.Models.SetAliasAsync("m", "champion", 3, null, back, Cancel));
        Assert.Equal(1, (await host.Models.SetAliasAsync("m", "champion", 1, null, back, Cancel)).Version);
    }

    [Fact]
    public async Task Gates_of_the_policy_are_run_recorded_and_not_run_again()
    {
        var gate = new CountingGate();
        await using var host = Host(p => p.RequireSize(1000).Require(gate));
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);

        gate.Verdict = GateVerdict.Inconclusive;
        var first = await host.Get<IPromotions>().CheckAsync(new("m", 1), cancellationToken: Cancel);
        Assert.Equal([GateVerdict.Pass, GateVerdict.Inconclusive], first.Select(r => r.Verdict));
        gate.Verdict = GateVerdict.Pass;
        var alias = await host.Get<IPromotions>().PromoteAsync(new("m", 1), cancellationToken: Cancel);
        await host.Get<IPromotions>().CheckAsync(new("m", 1), cancellationToken: Cancel);

        Assert.Equal(1, alias.Version);
        Assert.Equal(2, gate.Runs);
        var events = await host.EventsAsync(EventTypes.GateChecked);
        Assert.Equal(3, events.Count);
        var evidence = ArtifactDigest.Parse(events[0].Payload.GetProperty("evidence").GetString()!);
        var result = GateResult.FromBytes(await host.Get<IArtifactStore>().ReadBytesAsync(evidence, cancellationToken: Cancel));
        Assert.Equal("size", result.Gate);
        var history = await host.Models.GetAliasHistoryAsync("m", "champion", Cancel);
        Assert.NotNull(Assert.Single(history).Reason.GateEvidence);
    }

    [Fact]
    public async Task A_changed_signature_is_named()
    {
        await using var host = Host(p => p.RequireCompatibleSignature());
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);
        await host.Get<IPromotions>().PromoteAsync(new("m", 1), cancellationToken: Cancel);
        var wider = Signed([new("x", DataType.Float64), new("z", DataType.String) { Nullable = true }]);
        await host.Models.RegisterVersionAsync("m", wider, cancellationToken: Cancel);
        await host.Get<IPromotions>().PromoteAsync(new("m", 2), cancellationToken: Cancel);
        var broken = Signed([new("x", DataType.Float64), new("w", DataType.Int64)]);
        await host.Models.RegisterVersionAsync("m", broken, cancellationToken: Cancel);

        var refused = await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            host.Get<IPromotions>().PromoteAsync(new("m", 3), cancellationToken: Cancel)
        );
        Assert.Contains("input w: int64 is new and mandatory; input 'z' is gone", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.80, 0.79, true)]
    [InlineData(0.80, 0.75, false)] // Worse than the one before beyond the margin.
    [InlineData(0.60, 0.65, false)] // Below the least value.
    [InlineData(0.80, double.NaN, false)]
    public async Task A_metric_must_be_good_and_not_worse(double before, double after, bool passes)
    {
        await using var host = Host(p => p.RequireMetric("auc", 0.7, 0.02));
        await host.Models.RegisterVersionAsync("m", Measured(before), cancellationToken: Cancel);
        var first = await host.Get<IPromotions>().CheckAsync(new("m", 1), cancellationToken: Cancel);
        if (first.All(r => r.Verdict == GateVerdict.Pass))
        {
            await host.Get<IPromotions>().PromoteAsync(new("m", 1), cancellationToken: Cancel);
        }

        await host.Models.RegisterVersionAsync("m", Measured(after), cancellationToken: Cancel);
        var found = await host.Get<IPromotions>().CheckAsync(new("m", 2), cancellationToken: Cancel);

        Assert.Equal(passes, Assert.Single(found).Verdict == GateVerdict.Pass);
    }

    [Fact]
    public async Task Approvals_are_counted_by_role_and_without_the_maker()
    {
        var who = new RolesAccessor();
        await using var host = Host(p => p.RequireApprovals(2, "ml-owner"), who);
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);
        var promotions = host.Get<IPromotions>();
        foreach (var (person, roles) in new (string, string[])[] { ("maker", ["ml-owner"]), ("ann", ["ml-owner"]), ("ben", []) })
        {
            who.Become(person, roles);
            await promotions.ApproveAsync(new("m", 1), comment: "Seen.", cancellationToken: Cancel);
        }

        var refused = await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            promotions.PromoteAsync(new("m", 1), cancellationToken: Cancel)
        );
        Assert.Contains("1 of 2 approvals by 'ml-owner'", refused.Message, StringComparison.Ordinal);
        who.Become("cleo", "ml-owner");
        await promotions.ApproveAsync(new("m", 1), cancellationToken: Cancel);
        await promotions.ApproveAsync(new("m", 1), comment: "Again.", cancellationToken: Cancel);
        await promotions.PromoteAsync(new("m", 1), cancellationToken: Cancel);

        var all = await promotions.ListApprovalsAsync(new("m", 1), cancellationToken: Cancel);
        Assert.Equal(
            ["person:ann", "person:ben", "person:cleo", "person:maker"],
            all.Select(a => a.Approver).Order(StringComparer.Ordinal)
        );
        Assert.Equal("Again.", all.Single(a => a.Approver == "person:cleo").Comment);
    }

    [Fact]
    public async Task An_override_needs_its_role_says_why_and_ends()
    {
        var who = new RolesAccessor();
        await using var host = Host(p => p.RequireCheck("champion").AllowOverrideBy("on-call"), who);
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);
        await host.Models.RegisterVersionAsync("m", Of("2"), cancellationToken: Cancel);
        var promotions = host.Get<IPromotions>();
        var until = host.Time.GetUtcNow().AddHours(1);

        await Assert.ThrowsAsync<PromotionRefusedException>(() =>
            promotions.OverrideAsync(new("m", 1), "champion", "Down.", until, Cancel)
        );
        who.Become("dora", "on-call");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            promotions.OverrideAsync(new("m", 1), "champion", "Down.", host.Time.GetUtcNow(), Cancel)
        );
        await promotions.OverrideAsync(new("m", 1), "champion", "Down.", until, Cancel);
        await promotions.OverrideAsync(new("m", 2), "champion", "Down too.", until, Cancel);
        await host.Models.SetAliasAsync("m", "champion", 1, null, Because, Cancel);
        host.Time.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<PromotionRefusedException>(() => host.Models.SetAliasAsync("m", "champion", 2, null, Because, Cancel));

        var moved = Assert.Single(await host.EventsAsync(EventTypes.AliasMoved));
        Assert.Equal("person:dora", moved.Payload.GetProperty("overriddenBy").GetString()!);
        var overridden = await host.EventsAsync(EventTypes.GateOverridden);
        Assert.Equal(["Down.", "Down too."], overridden.Select(e => e.Payload.GetProperty("reason").GetString()!));
        Assert.Equal(
            new("person:dora", "Down.", until.AddHours(-1), until),
            Assert.Single(await promotions.ListOverridesAsync(new("m", 1), cancellationToken: Cancel))
        );
    }

    [Fact]
    public async Task A_card_gate_says_what_is_missing()
    {
        await using var host = Host(p => p.RequireCard(0.5));
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);
        var cards = host.Get<IModelCards>();

        Assert.Equal(
            "There is no model card.",
            Assert.Single(await host.Get<IPromotions>().CheckAsync(new("m", 1), cancellationToken: Cancel)).Reason
        );
        await cards.SaveAsync(new("m", 1), new() { Summary = "s" }, null, Cancel);
        var lacking = Assert.Single(await host.Get<IPromotions>().CheckAsync(new("m", 1), cancellationToken: Cancel));
        Assert.StartsWith("The model card lacks: Intended use, Limits", lacking.Reason, StringComparison.Ordinal);
        var better = new ModelCard
        {
            Summary = "s",
            IntendedUse = "i",
            Limits = "l",
            Owner = "o",
            License = "MIT",
        };
        await cards.SaveAsync(new("m", 1), better, 1, Cancel);
        await host.Get<IPromotions>().PromoteAsync(new("m", 1), cancellationToken: Cancel);
    }

    [Fact]
    public async Task A_model_that_a_policy_names_keeps_its_name()
    {
        await using var host = Host(p => p.RequireCheck("champion"));
        await host.Models.CreateModelAsync("m", cancellationToken: Cancel);
        await host.Models.CreateModelAsync("n", cancellationToken: Cancel);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Models.RenameModelAsync("m", "o", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Models.RenameModelAsync("n", "m", Cancel));
    }

    private static RegistryHost Host(Action<PromotionPolicy> policy, RolesAccessor? who = null) =>
        new(more: b =>
        {
            b.AddPromotionPolicy("m", "champion", policy);
            if (who is not null)
            {
                b.Services.AddSingleton<IActorAccessor>(who);
            }
        });

    private static async Task CheckAsync(RegistryHost host, int version, int? baseline, GateVerdict verdict)
    {
        var result = new GateResult("champion", new(AssetKind.Model, "m", version), verdict, "As the test says.", host.Time.GetUtcNow())
        {
            Baseline = baseline is null ? null : new(AssetKind.Model, "m", baseline),
        };
        var digest = (await host.Get<IArtifactStore>().PutBytesAsync(result.ToBytes(), Cancel)).Digest;
        await host.Database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Append(result.ToEvent(digest));
                return Task.CompletedTask;
            },
            Cancel
        );
    }

    private static ModelPackage Signed(DataColumn[] inputs) =>
        Of("s").With(m => m with { Signature = new(inputs, [new("y", DataType.Float32)]) });

    private static ModelPackage Measured(double auc) =>
        double.IsNaN(auc) ? Of("none") : Of($"{auc}").With(m => m with { Metrics = new Dictionary<string, double> { ["auc"] = auc } });

    private sealed class CountingGate : IPromotionGate
    {
        public GateVerdict Verdict { get; set; }

        public int Runs { get; private set; }

        public string Name => "own";

        public string PolicyHash => "1";

        public bool ComparesWithBaseline => false;

        public Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken)
        {
            Runs++;
            Assert.NotNull(candidate.Package);
            return Task.FromResult(new PromotionJudgement(Verdict, "Counted."));
        }
    }
}
