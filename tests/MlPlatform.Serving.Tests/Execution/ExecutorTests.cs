using System.Diagnostics.Metrics;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class ExecutorTests
{
    [Theory]
    [InlineData(5, 0.1, ExecutorMode.Inline)] // Gains much, saves nothing.
    [InlineData(8, 17, ExecutorMode.Inline)] // A tree: gains little.
    [InlineData(60, 5, ExecutorMode.Batched)]
    [InlineData(400, 50, ExecutorMode.Batched)]
    [InlineData(10, 500, ExecutorMode.Gated)] // Heavy, and each row as heavy.
    public void What_runs_cost_says_how_they_are_run(double once, double each, object mode)
    {
        using var bench = new ExecutorBench(once, each);
        Assert.Equal((ExecutorMode)mode, bench.Executor.Mode);
    }

    [Theory]
    [InlineData(false, ExecutorMode.Gated)]
    [InlineData(true, ExecutorMode.Inline)] // Threads that waited for a processor.
    public async Task A_model_that_was_measured_with_rows_too_easy_is_soon_known_to_be_slow(bool isMixed, object mode)
    {
        using var bench = new ExecutorBench(5, 0.1);
        for (var i = 1; i <= 24; i++)
        {
            bench.Model.Cost = _ => isMixed && i % 8 == 0 ? 5 : 20_000;
            await bench.AskAsync([1], cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(i < 8 ? ExecutorMode.Inline : (ExecutorMode)mode, bench.Executor.Mode);
        }
    }

    [Fact]
    public void Requests_share_no_run_where_that_is_not_wanted()
    {
        using var bench = new ExecutorBench(400, 50, mostRows: 1);
        Assert.Equal(ExecutorMode.Gated, bench.Executor.Mode);
    }

    [Fact]
    public void A_model_whose_rows_change_each_other_runs_each_request_by_itself()
    {
        using var bench = new ExecutorBench(400, 50, change: m => m.Blend = values => Array.Fill(values, values.Sum()));
        Assert.Equal(ExecutorMode.Gated, bench.Executor.Mode);
    }

    [Fact]
    public void A_model_that_fails_on_several_rows_runs_each_request_by_itself()
    {
        using var bench = new ExecutorBench(
            400,
            50,
            change: m => m.Blend = values => Assert.True(values.Length == 1, "It takes one row, whatever it says.")
        );
        Assert.Equal(ExecutorMode.Gated, bench.Executor.Mode);
    }

    [Theory]
    [InlineData(100_000, 0, 1, 8)] // 0.1 s a run: eight rows might take 0.8 s.
    [InlineData(50_000, 10_000, 8, 64)]
    [InlineData(1_000, 500, 256, 1024)]
    public void To_measure_a_heavy_model_does_not_take_long(double once, double each, int tried, int notTried)
    {
        var largest = 0;
        using var bench = new ExecutorBench(
            0,
            0,
            mostRows: 4096,
            change: m =>
                m.Cost = rows =>
                {
                    largest = Math.Max(largest, rows);
                    return once + (each * rows);
                }
        );
        Assert.InRange(largest, tried, notTried - 1);
        Assert.Equal(tried > 1 ? ExecutorMode.Batched : ExecutorMode.Gated, bench.Executor.Mode);
    }

    [Fact]
    public async Task Gauges_tell_of_versions_in_memory()
    {
        var told = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == ServingDiagnostics.Name && instrument.IsObservable)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>(Tell);
        listener.SetMeasurementEventCallback<double>(Tell);
        listener.Start();
        var bench = new ExecutorBench(400, 50, name: "of-gauges");
        listener.RecordObservableInstruments();
        Assert.Equal(
            ["mode Batched 1", "queued_rows  0", "run_cost 1 0.00045", "run_cost 64 0.0036", "run_cost 8 0.0008"],
            told.Order(StringComparer.Ordinal)
        );
        bench.Dispose();
        await bench.Version.Disposed.WaitAsync(TestContext.Current.CancellationToken);
        told.Clear();
        listener.RecordObservableInstruments();
        Assert.Empty(told);

        void Tell<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        {
            if (tags.ToArray().Any(t => Equals(t.Value, "of-gauges")))
            {
                var last = tags.Length > 2 ? tags[2].Value : null;
                told.Add(FormattableString.Invariant($"{instrument.Name["mlplatform.serving.".Length..]} {last} {value}"));
            }
        }
    }

    [Fact]
    public async Task The_number_of_rows_of_a_run_is_the_one_that_costs_least_for_each()
    {
        using var bench = new ExecutorBench(
            0,
            0,
            mostRows: 4096,
            change: m => m.Cost = rows => rows <= 64 ? 400 : 400 + (20 * (rows - 64))
        );
        Assert.Equal(64, bench.Executor.BatchRows);
        var first = await bench.OccupyAsync();
        var others = Enumerable.Range(0, 100).Select(i => bench.AskAsync([i])).ToList();
        bench.Model.Release();
        await Task.WhenAll([first, .. others]);
        Assert.Equal([1, 64, 36], bench.Model.Runs.Select(r => r.Length));
    }

    [Fact]
    public async Task A_request_that_finds_the_model_free_runs_at_once()
    {
        using var bench = new ExecutorBench(400, 50);
        var answer = bench.AskAsync([7]);
        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal([8], await answer);
        Assert.Equal(0, Assert.Single(bench.Slots).QueuedAt);
    }

    [Fact]
    public async Task A_request_that_finds_the_model_free_goes_behind_those_that_are_being_read()
    {
        using var bench = new ExecutorBench(400, 50) { IsBusy = true };
        Assert.Equal([8], await bench.AskAsync([7]));
        Assert.NotEqual(0, Assert.Single(bench.Slots).QueuedAt); // By a worker, which takes those with it that came meanwhile.
        bench.IsBusy = false;
        Assert.Equal([9], await bench.AskAsync([8]));
    }

    [Fact]
    public void A_model_whose_requests_do_not_share_runs_waits_for_nobody()
    {
        using var bench = new ExecutorBench(0, 100_000) { IsBusy = true };
        Assert.True(bench.AskAsync([7]).IsCompletedSuccessfully);
        Assert.Equal(0, Assert.Single(bench.Slots).QueuedAt);
    }

    [Fact]
    public async Task Those_that_wait_share_the_next_run_whole_and_in_their_order()
    {
        using var bench = new ExecutorBench(400, 50, mostRows: 8);
        var first = await bench.OccupyAsync();
        float[][] requests =
        [
            [1],
            [2, 3, 4],
            [],
            [5, 6],
            [7, 8, 9],
            [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
            [20],
        ];
        var answers = requests.Select(r => bench.AskAsync(r)).ToList();
        Assert.Equal(20, bench.Executor.QueuedRows);
        bench.Model.Release();
        Assert.Equal([0], await first);
        for (var i = 0; i < requests.Length; i++)
        {
            Assert.Equal(requests[i].Select(x => x + 1), await answers[i]);
        }

        Assert.Equal(
            [
                [-1],
                [1, 2, 3, 4, 5, 6],
                [7, 8, 9],
                [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
                [20],
            ],
            bench.Model.Runs
        );
        Assert.Equal(0, bench.Executor.QueuedRows);
    }

    [Fact]
    public async Task Runs_are_counted_by_their_rows_and_a_request_by_the_whole_of_the_run_that_it_shared()
    {
        using var bench = new ExecutorBench(400, 50);
        var first = await bench.OccupyAsync();
        var others = Enumerable.Range(0, 3).Select(i => bench.AskAsync([i])).ToList();
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        bench.Model.Release();
        await Task.WhenAll([first, .. others]);
        Assert.Equal(
            [(1, 1L, 1450.0), (3, 1L, 550.0)],
            bench.Version.GetStatistics().Runs.Select(r => (r.Rows, r.Infer.Count, r.Infer.Total.TotalMicroseconds))
        );
        Assert.Equal([1450L, 1450, 1450], bench.Slots.Skip(1).Select(s => s.QueueTicks / TimeSpan.TicksPerMicrosecond));
        Assert.Equal([550L, 550, 550], bench.Slots.Skip(1).Select(s => s.RunTicks / TimeSpan.TicksPerMicrosecond));
    }

    [Fact]
    public async Task One_that_the_model_fails_on_fails_alone()
    {
        using var bench = new ExecutorBench(400, 50);
        var first = await bench.OccupyAsync();
        var good = bench.AskAsync([1, 2]);
        var bad = bench.AskAsync([float.NaN]);
        var other = bench.AskAsync([3]);
        bench.Model.Release();
        Assert.Equal([0], await first);
        Assert.Equal([2, 3], await good);
        Assert.Equal([4], await other);
        var thrown = await Assert.ThrowsAsync<PredictionFailedException>(() => bad);
        Assert.Equal("poison", thrown.InnerException!.Message);
        Assert.Equal([2], await bench.AskAsync([1]));
    }

    [Fact]
    public async Task One_that_is_cancelled_while_it_waits_is_not_run()
    {
        using var bench = new ExecutorBench(400, 50);
        using var cancelled = new CancellationTokenSource();
        using var already = new CancellationTokenSource();
        await already.CancelAsync();
        var first = await bench.OccupyAsync();
        var before = bench.AskAsync([1]);
        var leaving = bench.AskAsync([2], cancellationToken: cancelled.Token);
        var after = bench.AskAsync([3]);
        await cancelled.CancelAsync();
        Assert.Equal(cancelled.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving)).CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.AskAsync([4], cancellationToken: already.Token));
        bench.Model.Release();
        await Task.WhenAll(first, before, after);
        Assert.Equal(
            [
                [-1],
                [1, 3],
            ],
            bench.Model.Runs
        );
    }

    [Fact]
    public async Task One_whose_time_is_over_is_not_run()
    {
        using var bench = new ExecutorBench(400, 50);
        var first = await bench.OccupyAsync();
        var late = bench.AskAsync([1], timeout: TimeSpan.FromMilliseconds(5));
        var patient = bench.AskAsync([2], timeout: TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(6));
        bench.Model.Release();
        await first;
        Assert.Equal([3], await patient);
        var thrown = await Assert.ThrowsAsync<PredictionTimeoutException>(() => late);
        Assert.Equal((ExecutorBench.Id, TimeSpan.FromMilliseconds(5)), (thrown.Version, thrown.Timeout));
        Assert.Equal(
            [
                [-1],
                [2],
            ],
            bench.Model.Runs
        );
    }

    [Theory]
    [InlineData(5, 0.1)]
    [InlineData(400, 50)]
    public async Task One_whose_time_was_over_before_it_came_is_not_run_though_the_model_is_free(double once, double each)
    {
        using var bench = new ExecutorBench(once, each);
        var slot = bench.Version.Rent(1);
        var deadline = bench.Clock.GetTimestamp();
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<PredictionTimeoutException>(async () =>
            await bench.Executor.RunAsync(slot, new(deadline, TimeSpan.FromMilliseconds(1), default), TestContext.Current.CancellationToken)
        );
        bench.Version.Return(slot);
        Assert.Empty(bench.Model.Runs);
    }

    [Fact]
    public async Task One_that_could_not_be_answered_in_time_is_refused_at_once()
    {
        using var bench = new ExecutorBench(0, 100_000, queueTime: TimeSpan.FromSeconds(1)); // A row takes 0.1 s.
        var first = await bench.OccupyAsync();
        var waiting = Enumerable.Range(0, 9).Select(i => bench.AskAsync([i])).ToList();
        var hasty = await Assert.ThrowsAsync<ModelOverloadedException>(() => bench.AskAsync([1], timeout: TimeSpan.FromSeconds(0.5)));
        Assert.Equal(1, hasty.RetryAfter.TotalSeconds, 0.05);
        waiting.Add(bench.AskAsync([9]));
        var thrown = await Assert.ThrowsAsync<ModelOverloadedException>(() => bench.AskAsync([1]));
        Assert.Equal(ExecutorBench.Id, thrown.Version);
        Assert.Equal(1.1, thrown.RetryAfter.TotalSeconds, 0.05);
        Assert.Contains("what waits takes 1100 ms", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(thrown.Message, bench.Executor.Refuse(PredictionPriority.Normal)?.Message); // The same, before there is a request.
        Assert.Null(bench.Executor.Refuse(PredictionPriority.High));
        bench.Model.Release();
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal([2], await bench.AskAsync([1])); // There is time again.
        Assert.Null(bench.Executor.Refuse(PredictionPriority.Low));
    }

    [Fact]
    public async Task More_rows_than_may_wait_are_refused()
    {
        using var bench = new ExecutorBench(400, 50, queueRows: 10);
        var first = await bench.OccupyAsync();
        var large = bench.AskAsync(new float[100]); // By itself it may be as large as a request may be.
        var thrown = await Assert.ThrowsAsync<ModelOverloadedException>(() => bench.AskAsync([1]));
        Assert.Equal(thrown.Message, bench.Executor.Refuse(PredictionPriority.Normal)?.Message);
        bench.Model.Release();
        await Task.WhenAll(first, large);
        Assert.Equal([2], await bench.AskAsync([1]));
    }

    [Fact]
    public async Task Urgent_ones_go_first_and_lesser_ones_are_refused_first_but_none_waits_for_ever()
    {
        using var bench = new ExecutorBench(0, 100_000, queueTime: TimeSpan.FromSeconds(1));
        var first = await bench.OccupyAsync();
        var low = bench.AskAsync([30], PredictionPriority.Low);
        var normal = Enumerable.Range(0, 8).Select(i => bench.AskAsync([20 + i])).ToList();
        var high = bench.AskAsync([10], PredictionPriority.High);
        await Assert.ThrowsAsync<ModelOverloadedException>(() => bench.AskAsync([31], PredictionPriority.Low));
        bench.Clock.Advance(TimeSpan.FromSeconds(1.5));
        var later = bench.AskAsync([11], PredictionPriority.High); // 1.5 s after one whose rank counts 1 s less, 0.5 s before one of 2 s less.
        bench.Model.Release();
        await Task.WhenAll([first, low, high, later, .. normal]);
        Assert.Equal([-1, 10, 20, 21, 22, 23, 24, 25, 26, 27, 11, 30], bench.Model.Runs.Select(r => r[0]));
    }

    [Fact]
    public async Task As_many_run_at_a_time_as_there_are_processors_for()
    {
        using var bench = new ExecutorBench(0, 100_000, concurrency: 3);
        bench.Model.Hold();
        var running = Enumerable.Range(0, 3).Select(i => Task.Run(() => bench.AskAsync([i]))).ToList();
        for (var i = 0; i < 3; i++)
        {
            await bench.Model.StartedAsync();
        }

        var waiting = Enumerable.Range(0, 5).Select(i => bench.AskAsync([10 + i])).ToList();
        Assert.Equal((3, 5), (bench.Model.Runs.Count, bench.Executor.QueuedRows));
        Assert.Equal(5, bench.Version.GetStatistics().Pending);
        bench.Model.Release();
        await Task.WhenAll([.. running, .. waiting]);
        Assert.Equal(8, bench.Model.Runs.Count);
    }

    [Theory]
    [InlineData(400, 20, 1)]
    [InlineData(400, 20, 3)]
    [InlineData(10, 500, 2)]
    public async Task Whatever_happens_each_request_has_one_answer_and_its_own(double once, double each, int concurrency)
    {
        using var bench = new ExecutorBench(once, each, mostRows: 16, concurrency: concurrency);
        var answered = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 8),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (worker, token) =>
            {
                var random = new Random(worker);
                for (var i = 0; i < 300; i++)
                {
                    var values = Enumerable.Range(0, random.Next(1, 6)).Select(_ => (float)random.Next(100_000)).ToArray();
                    var isPoisoned = random.Next(20) == 0;
                    values[0] = isPoisoned ? float.NaN : values[0];
                    using var cancel = new CancellationTokenSource();
                    var asked = bench.AskAsync(values, (PredictionPriority)random.Next(3), cancellationToken: cancel.Token);
                    if (random.Next(4) == 0)
                    {
                        await cancel.CancelAsync();
                    }

                    try
                    {
                        Assert.Equal(values.Select(v => v + 1), await asked);
                        Assert.False(isPoisoned);
                        Interlocked.Increment(ref answered);
                    }
                    catch (PredictionFailedException)
                    {
                        Assert.True(isPoisoned);
                    }
                    catch (OperationCanceledException)
                    {
                        Assert.True(cancel.IsCancellationRequested);
                    }
                }
            }
        );
        Assert.True(answered > 1000);
        Assert.Equal(0, bench.Executor.QueuedRows);
        bench.Model.Forget();
        bench.Model.Hold();
        var running = new List<Task>();
        for (var i = 0; i < concurrency; i++)
        {
            running.Add(Task.Run(() => bench.AskAsync([i])));
            await bench.Model.StartedAsync(); // Every right to run was given back.
        }

        bench.Model.Release();
        await Task.WhenAll(running);
    }
}
