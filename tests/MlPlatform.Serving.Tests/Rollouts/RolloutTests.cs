using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class RolloutTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_candidate_goes_through_its_steps_and_is_promoted()
    {
        await using var host = await RolloutHost.StartAsync();
        var cause = EventId.New(host.Serving.Clock);
        var options = RolloutHost.Options() with { Shadow = true, Kind = AliasMoveKind.Retrain, CauseId = cause };
        var rollout = await host.Rollouts.StartAsync("m", 2, options, Token);
        Assert.Equal((RolloutState.Shadow, -1, 1, 0d), (rollout.State, rollout.Step, rollout.Baseline, rollout.Share));
        Assert.Equal(0, await host.TrafficAsync(100));

        rollout = await host.AdvanceAsync(Minute);
        Assert.Equal(RolloutState.Shadow, rollout.State); // Passed, but not held long enough.
        rollout = await host.AdvanceAsync(Hold);
        Assert.Equal((RolloutState.Canary, 0, .1), (rollout.State, rollout.Step, rollout.Share));
        Assert.Equal(100, host.Observer.All.Count(o => o.Route == PredictionRoute.Shadow));
        Assert.InRange(await host.TrafficAsync(500), 25, 90);
        rollout = await host.AdvanceAsync(Hold);
        Assert.Equal((RolloutState.Canary, 1), (rollout.State, rollout.Step));
        Assert.Equal(rollout.TrafficAt, host.Evidence.Since);
        Assert.InRange(await host.TrafficAsync(500), 180, 320);
        rollout = await host.AdvanceAsync(Hold);
        Assert.Equal(RolloutState.Promoted, rollout.State);
        Assert.Equal(2, await host.Serving.Models.GetAliasAsync("m", "champion"));
        Assert.Equal(0, await host.TrafficAsync(10));
        Assert.Equal(2, (await host.Serving.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
        Assert.Null(await host.Rollouts.GetCurrentAsync("m", Token));

        var events = await host.Serving.EventsAsync(EventTypes.RolloutStarted, EventTypes.RolloutStepped, EventTypes.RolloutEnded);
        Assert.Equal(["Pending", "Shadow", "Canary", "Canary", "Promoted"], events.Select(e => e.Payload.GetProperty("state").GetString()));
        Assert.All(events, e => Assert.Equal((cause, $"rollout:{rollout.Id}"), (e.CauseId, e.Subject.ToString())));
        var stored = await host.Serving.Get<IArtifactStore>().ReadBytesAsync(rollout.Evidence!.Value, cancellationToken: Token);
        Assert.Equal(GateVerdict.Pass, GateResult.FromBytes(stored).Verdict);
        var verdicts = await host.Serving.EventsAsync(EventTypes.GateChecked);
        Assert.Equal([cause, cause, cause], verdicts.Select(e => e.CauseId));
    }

    [Fact]
    public async Task The_evidence_of_an_open_rollout_is_what_was_counted_and_of_an_ended_one_what_it_ended_by()
    {
        await using var host = await RolloutHost.StartAsync();
        Assert.Null(await host.Rollouts.GetEvidenceAsync(new(Guid.Empty), Token));
        var rollout = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        var canary = await host.TrafficAsync(100);
        var open = (await host.Rollouts.GetEvidenceAsync(rollout.Id, Token))!;
        var requests = open.Evidence.Single(e => e.Metric == "requests");
        Assert.Equal((canary, 100 - canary), (requests.Candidate, requests.Baseline));
        Assert.Equal(GateVerdict.Pass, open.Verdict);
        Assert.Equal(rollout.ETag, (await host.Rollouts.GetAsync(rollout.Id, Token))!.ETag);

        var ended = await host.AdvanceAsync(Hold);
        Assert.Equal(RolloutState.Promoted, ended.State);
        var last = (await host.Rollouts.GetEvidenceAsync(rollout.Id, Token))!;
        Assert.Equal(canary, last.Evidence.Single(e => e.Metric == "requests").Candidate);
        Assert.Equal((GateVerdict.Pass, ended.StepAt), (last.Verdict, last.At));
    }

    [Fact]
    public async Task A_candidate_that_gives_no_numbers_is_rolled_back_within_its_step()
    {
        await using var host = await RolloutHost.StartAsync();
        host.Runtime.Models[2] = _ => float.NaN;
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(), Token);
        Assert.Equal(0, await host.TrafficAsync(300));
        Assert.InRange(host.Observer.All.Count(o => o.Route == PredictionRoute.Canary), 10, 60);
        var rollout = await host.AdvanceAsync(Minute);
        Assert.Equal(RolloutState.RolledBack, rollout.State);
        Assert.Contains(
            "100.0 % of the candidate's requests failed or gave no number, against 0.0 %",
            rollout.Reason,
            StringComparison.Ordinal
        );
        Assert.Equal(0, await host.TrafficAsync(100));
        Assert.Equal(1, await host.Serving.Models.GetAliasAsync("m", "champion"));
    }

    [Fact]
    public async Task A_canary_that_throws_costs_no_answer_and_is_rolled_back()
    {
        await using var host = await RolloutHost.StartAsync(withEvidence: false);
        host.Runtime.Models[2] = _ => 0.5f;
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        host.Runtime.Models[2] = _ => throw new InvalidOperationException("broken");
        var predictor = host.Serving.Predictor<Request, float>();
        for (var i = 0; i < 100; i++)
        {
            var answer = await predictor.PredictAsync(new(1), new PredictOptions { RoutingKey = $"user{i}" }, Token);
            Assert.Equal((0.25f, 1, PredictionRoute.Primary), (answer.Value, answer.ModelVersion.Version, answer.Route));
        }

        Assert.Equal(RolloutState.RolledBack, (await host.AdvanceAsync(Minute)).State);
    }

    [Fact]
    public async Task A_canary_that_is_busy_costs_no_answer_and_is_no_error()
    {
        var work = new FakeTimeProvider();
        await using var host = new RolloutHost(work: work, maxQueueTime: TimeSpan.FromMilliseconds(1));
        using var free = new ManualResetEventSlim(initialState: true);
        using var inside = new SemaphoreSlim(0);
        host.Runtime.Models[2] = _ =>
        {
            work.Advance(TimeSpan.FromMilliseconds(10)); // Else it would run at once, however many do.
            inside.Release();
            free.Wait(Token);
            return 0.75f;
        };
        await host.Serving.Models.SetAliasAsync("m", "champion", 1);
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        await host.Serving.Server.RefreshAsync("m", Token);
        var predictor = host.Serving.Predictor<Request, float>();
        await predictor.PredictAsync(new(1), new PredictOptions { Target = PredictionTarget.Candidate }, Token); // Its cost is known by now.
        while (inside.Wait(0, Token)) { }

        free.Reset();
        var running = Enumerable
            .Range(0, Environment.ProcessorCount)
            .Select(_ =>
                Task.Factory.StartNew(
                    () => predictor.PredictAsync(new(1), new PredictOptions { Target = PredictionTarget.Candidate }, Token).AsTask(),
                    Token,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            )
            .ToList();
        for (var i = 0; i < running.Count; i++)
        {
            await inside.WaitAsync(Token);
        }

        Assert.Equal(0, await host.TrafficAsync(200));
        free.Set();
        await Task.WhenAll(await Task.WhenAll(running));
        Assert.Equal(RolloutState.Canary, (await host.AdvanceAsync(TimeSpan.FromMinutes(1))).State);
        Assert.InRange(await host.TrafficAsync(200), 60, 140);
    }

    [Fact]
    public async Task Evidence_against_the_candidate_rolls_it_back_at_once()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(), Token);
        host.Evidence.Verdict = GateVerdict.Fail;
        var rollout = await host.AdvanceAsync(Minute);
        Assert.Equal((RolloutState.RolledBack, "Scripted Fail."), (rollout.State, rollout.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_inconclusive_step_is_held_and_then_rolled_back_but_never_promoted(bool byEvidence)
    {
        await using var host = await RolloutHost.StartAsync();
        host.Evidence.Verdict = byEvidence ? GateVerdict.Inconclusive : GateVerdict.Pass;
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        await host.TrafficAsync(byEvidence ? 50 : 19); // 20 are needed.
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(RolloutState.Canary, (await host.AdvanceAsync(Hold)).State);
        }

        var rollout = await host.AdvanceAsync(Hold);
        Assert.Equal(RolloutState.RolledBack, rollout.State);
        Assert.StartsWith("Still inconclusive after 02:00:00", rollout.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GateVerdict.Pass)]
    [InlineData(GateVerdict.Inconclusive)]
    public async Task The_last_step_lasts_until_somebody_ends_it_when_promotion_is_by_hand(GateVerdict last)
    {
        await using var host = await RolloutHost.StartAsync();
        var started = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(20, 50) with { PromoteByHand = true }, Token);
        await host.TrafficAsync(300);
        var second = await host.AdvanceAsync(Hold);
        Assert.Equal((RolloutState.Canary, 1), (second.State, second.Step)); // Steps before it pass by themselves.
        host.Evidence.Verdict = last;
        for (var day = 0; day < 3; day++)
        {
            await host.TrafficAsync(100);
            var rollout = await host.AdvanceAsync(TimeSpan.FromDays(1));
            Assert.Equal((RolloutState.Canary, 1, .5), (rollout.State, rollout.Step, rollout.Share));
        }

        var ended = await host.Rollouts.PromoteAsync(started.Id, "B has more late labels right.", Token);
        Assert.Equal((RolloutState.Promoted, true), (ended.State, ended.Options.PromoteByHand));
        Assert.Equal(2, await host.Serving.Models.GetAliasAsync("m", "champion"));
    }

    [Fact]
    public async Task A_candidate_that_does_harm_is_taken_back_from_a_step_that_is_ended_by_hand()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50) with { PromoteByHand = true }, Token);
        host.Evidence.Verdict = GateVerdict.Fail;
        Assert.Equal(RolloutState.RolledBack, (await host.AdvanceAsync(TimeSpan.FromDays(9))).State);
    }

    [Fact]
    public async Task A_candidate_that_a_policy_refuses_at_the_end_is_rolled_back_with_the_reason()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        host.Serving.Models.Refusal = "nobody has approved it";
        Assert.NotEqual(0, await host.TrafficAsync(500));

        var rollout = await host.AdvanceAsync(Hold);

        Assert.Equal(RolloutState.RolledBack, rollout.State);
        Assert.Contains("nobody has approved it", rollout.Reason, StringComparison.Ordinal);
        Assert.Equal(1, await host.Serving.Models.GetAliasAsync("m", "champion"));
        Assert.Equal(0, await host.TrafficAsync(50));
        Assert.Null(await host.Rollouts.GetCurrentAsync("m", Token));
    }

    [Fact]
    public async Task A_person_who_promotes_against_a_policy_is_told_and_the_rollout_goes_on()
    {
        await using var host = await RolloutHost.StartAsync();
        var rollout = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        host.Serving.Models.Refusal = "nobody has approved it";

        var refused = await Assert.ThrowsAsync<PromotionRefusedException>(() => host.Rollouts.PromoteAsync(rollout.Id, "I like it", Token));

        Assert.Equal(["nobody has approved it"], refused.Reasons);
        Assert.Equal(RolloutState.Canary, (await host.Rollouts.GetCurrentAsync("m", Token))!.State);
    }

    [Fact]
    public async Task A_superseded_candidate_gets_nothing_any_more_even_if_the_new_champion_cannot_be_loaded()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        Assert.NotEqual(0, await host.TrafficAsync(50));
        await host.Serving.Models.SetAliasAsync("m", "champion", 3); // There is no such package.
        Assert.Equal(RolloutState.Superseded, (await host.AdvanceAsync(Minute)).State);
        Assert.Equal(0, await host.TrafficAsync(50));
        Assert.Equal(1, (await host.Serving.Predictor<Request, float>().PredictAsync(new(1), Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task A_first_deployment_is_promoted_at_once()
    {
        await using var host = new RolloutHost();
        var rollout = await host.Rollouts.StartAsync("m", 1, null, Token);
        Assert.Equal(RolloutState.Promoted, rollout.State);
        Assert.Null(rollout.Baseline);
        Assert.Equal(1, await host.Serving.Models.GetAliasAsync("m", "champion"));
        Assert.Equal(1, (await host.Serving.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task A_rollout_is_refused_when_there_is_nothing_to_roll_out()
    {
        await using var host = await RolloutHost.StartAsync();
        var same = await Assert.ThrowsAsync<RolloutConflictException>(() => host.Rollouts.StartAsync("m", 1, null, Token));
        Assert.Contains("points at version 1 already", same.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Rollouts.StartAsync("m", 9, null, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Rollouts.StartAsync("m", 2, new() { Steps = [5, 1] }, Token));
        var open = await host.Rollouts.StartAsync("m", 2, null, Token);
        var second = await Assert.ThrowsAsync<RolloutConflictException>(() => host.Rollouts.StartAsync("m", 2, null, Token));
        Assert.Equal(("m", open.Id), (second.Model, second.Rollout));
    }

    [Fact]
    public async Task One_rollout_is_open_when_two_processes_start_at_the_same_time()
    {
        await using var host = await RolloutHost.StartAsync();
        await using var replica = new RolloutHost(host);
        var starts = new[] { host, replica }.Select(h => Record.ExceptionAsync(() => h.Rollouts.StartAsync("m", 2, null, Token)).AsTask());
        Assert.Single(await Task.WhenAll(starts), e => e is RolloutConflictException);
        Assert.Single(await host.Rollouts.ListAsync("m", Token));
    }

    [Fact]
    public async Task A_database_that_is_away_holds_the_step_and_serving_goes_on()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        await host.TrafficAsync(50);
        host.Serving.Clock.Advance(Hold);
        host.Serving.Faults.Arm("rollout.moving", () => throw new DatabaseBusyException("metadata", Hold, new TimeoutException()));
        await Assert.ThrowsAsync<AggregateException>(() => host.Rollouts.AdvanceAsync(Token));
        Assert.Equal(RolloutState.Canary, (await host.Rollouts.GetCurrentAsync("m", Token))!.State);
        Assert.Equal(10, await host.TrafficAsync(10));
        Assert.Equal(RolloutState.Promoted, (await host.AdvanceAsync(Minute)).State);
    }

    [Fact]
    public async Task A_candidate_that_cannot_be_loaded_is_rolled_back_before_any_traffic()
    {
        await using var host = await RolloutHost.StartAsync();
        host.Runtime.Models[2] = _ => throw new InvalidOperationException("broken");
        var rollout = await host.Rollouts.StartAsync("m", 2, null, Token);
        Assert.Equal(RolloutState.RolledBack, rollout.State);
        Assert.Contains("could not be loaded: m@v2 failed while it was warmed up: broken", rollout.Reason, StringComparison.Ordinal);
        Assert.Equal(
            "m@v2",
            Assert.Single(await host.Serving.EventsAsync(EventTypes.ModelLoadFailed)).Payload.GetProperty("reference").GetString()
        );
    }

    [Fact]
    public async Task A_candidate_whose_files_are_in_another_store_is_refused_where_they_are_not()
    {
        await using var host = await RolloutHost.StartAsync();
        var file = ArtifactDigest.Of([1]);
        host.Serving.Packages.All[new("m", 2)] = () => throw new ArtifactNotFoundException(file);
        var thrown = await Assert.ThrowsAsync<ModelUnavailableException>(() => host.Rollouts.StartAsync("m", 2, null, Token));
        Assert.Contains($"'m@v2' cannot be loaded: Artifact {file} is not in the artifact store", thrown.Message, StringComparison.Ordinal);
        Assert.Null(await host.Rollouts.GetCurrentAsync("m", Token));
    }

    [Fact]
    public async Task A_candidate_that_one_of_two_processes_cannot_load_is_rolled_back_for_both()
    {
        await using var host = await RolloutHost.StartAsync();
        var broken = new ScriptedRuntime { Models = { [1] = _ => 0.25f, [2] = _ => throw new InvalidOperationException("broken") } };
        await using var other = new RolloutHost(replicaOf: host, runtime: broken, work: TimeProvider.System);
        var service = other.Serving.Get<IEnumerable<IPlatformService>>().OfType<ModelServerService>().Single();
        await service.StartAsync(Token);
        var rollout = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        while (rollout.IsOpen)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
            rollout = (await host.Rollouts.GetAsync(rollout.Id, Token))!;
        }

        Assert.Equal(RolloutState.RolledBack, rollout.State);
        Assert.Contains("could not be loaded by ", rollout.Reason, StringComparison.Ordinal);
        Assert.Contains("broken", rollout.Reason, StringComparison.Ordinal);
        await service.StopAsync(Token);
    }

    [Fact]
    public async Task A_process_that_follows_an_alias_supersedes_its_rollout_without_waiting_for_a_judgement()
    {
        await using var host = new RolloutHost(work: TimeProvider.System);
        await host.Serving.Models.SetAliasAsync("m", "champion", 1);
        var service = host.Serving.Get<IEnumerable<IPlatformService>>().OfType<ModelServerService>().Single();
        await service.StartAsync(Token);
        var rollout = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        await host.Serving.Models.SetAliasAsync("m", "champion", 1); // Nobody judges in this test.
        while (rollout.IsOpen)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
            rollout = (await host.Rollouts.GetAsync(rollout.Id, Token))!;
        }

        Assert.Equal(RolloutState.Superseded, rollout.State);
        await service.StopAsync(Token);
    }

    [Fact]
    public async Task A_candidate_that_cannot_be_loaded_is_refused_also_where_nobody_has_asked_for_the_model_yet()
    {
        await using var host = new ServingHost();
        host.Packages.Add(1);
        host.Packages.All[new("m", 2)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.Onnx, "1"),
                ModelPackages.Logistic,
                new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", new byte[] { 8, 1, 9 })
            );
        foreach (var baseline in new int?[] { null, 1 })
        {
            if (baseline is { } version)
            {
                await host.Models.SetAliasAsync("m", "champion", version);
            }

            var rollout = await host.Get<IRollouts>().StartAsync("m", 2, RolloutHost.Options(50), Token);
            Assert.Equal(RolloutState.RolledBack, rollout.State);
            Assert.Contains("The candidate could not be loaded", rollout.Reason, StringComparison.Ordinal);
            Assert.Equal(baseline, await host.Models.GetAliasAsync("m", "champion"));
            Assert.Null(host.Get<ModelServer>().Find("m"));
        }
    }

    [Fact]
    public async Task A_rollout_is_superseded_when_somebody_moves_the_alias()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, null, Token);
        await host.Serving.Models.SetAliasAsync("m", "champion", 1);
        Assert.Equal(RolloutState.Superseded, (await host.AdvanceAsync(Minute)).State);

        var second = await host.Rollouts.StartAsync("m", 2, null, Token);
        await host.Serving.Models.SetAliasAsync("m", "champion", 1);
        Assert.Equal(RolloutState.Superseded, (await host.Rollouts.PromoteAsync(second.Id, "now", Token)).State);
        Assert.Equal(1, await host.Serving.Models.GetAliasAsync("m", "champion"));
    }

    [Fact]
    public async Task A_person_may_promote_or_roll_back_and_only_once()
    {
        await using var host = await RolloutHost.StartAsync();
        var first = await host.Rollouts.StartAsync("m", 2, null, Token);
        Assert.Equal(RolloutState.RolledBack, (await host.Rollouts.RollBackAsync(first.Id, "not yet", Token)).State);
        await Assert.ThrowsAsync<RolloutConflictException>(() => host.Rollouts.PromoteAsync(first.Id, "but", Token));
        var second = await host.Rollouts.StartAsync("m", 2, null, Token);
        Assert.Equal(RolloutState.Promoted, (await host.Rollouts.PromoteAsync(second.Id, "sure", Token)).State);
        Assert.Equal(2, (await host.Serving.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
        Assert.Equal([second.Id, first.Id], (await host.Rollouts.ListAsync("m", Token)).Select(r => r.Id));
        Assert.Equal(second.Id, (await host.Rollouts.GetAsync(second.Id, Token))!.Id);
        await Assert.ThrowsAsync<AssetNotFoundException>(() => host.Rollouts.RollBackAsync(RolloutId.New(host.Serving.Clock), "x", Token));
    }

    [Fact]
    public async Task Recurring_work_moves_rollouts_by_platform_time()
    {
        await using var host = await RolloutHost.StartAsync();
        var runner = host.Serving.Get<IRecurringWorkRunner>();
        await runner.RunDueAsync(Token);
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        await host.TrafficAsync(50);
        host.Serving.Clock.Advance(Hold);
        await runner.RunDueAsync(Token);
        Assert.Equal(2, await host.Serving.Models.GetAliasAsync("m", "champion"));
    }

    [Fact]
    public async Task A_started_replica_follows_a_rollout_of_another_process_by_itself()
    {
        await using var host = await RolloutHost.StartAsync();
        await using var replica = new RolloutHost(host, work: TimeProvider.System); // Its poll of the database is a second of real time.
        var lifetime = replica.Serving.Get<IPlatformLifetime>();
        await lifetime.StartAsync(Token);
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        var followed = new TaskCompletionSource();
        host.Serving.Packages.Opened += id => _ = id.Version == 2 && followed.TrySetResult();
        await followed.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await replica.Serving.Host.ProbeAsync(new("m", 2), "champion", Token); // Behind the refresh that opened it.
        Assert.Equal((2, 1d), (replica.Serving.Server.List().Single().Candidate!.Version, replica.Serving.Server.List().Single().Share));
        await lifetime.StopAsync(Token);
    }

    [Fact]
    public async Task Replicas_follow_a_rollout_and_judge_by_the_traffic_of_all()
    {
        await using var host = await RolloutHost.StartAsync();
        await using var replica = new RolloutHost(host);
        await replica.Serving.Server.RefreshAsync("m", Token);
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(100), Token);
        await replica.Serving.Server.RefreshAsync("m", Token);
        Assert.Equal(15, await replica.TrafficAsync(15));
        Assert.Equal(15, await host.TrafficAsync(15));
        Assert.Equal(RolloutState.Canary, (await host.AdvanceAsync(Hold)).State); // It knows of 15 of the 20 it needs.
        Assert.Equal(RolloutState.Promoted, (await replica.AdvanceAsync(Minute)).State); // Its own 15 join.
        await host.Serving.Server.RefreshAsync("m", Token);
        Assert.Equal(2, (await host.Serving.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
    }
}
