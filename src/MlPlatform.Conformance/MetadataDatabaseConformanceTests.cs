using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;
using Xunit;

namespace MlPlatform.Conformance;

/// <summary>What every <see cref="IMetadataDatabase"/> must do, with the leases, recurring work, lineage and sweep that stand on it.</summary>
public abstract class MetadataDatabaseConformanceTests
{
    /// <summary>Builds a container with an empty database; services registered before are kept.</summary>
    protected abstract Task<ServiceProvider> CreateAsync(Action<IServiceCollection> configure);

    /// <summary>Builds a second container on the same database, as another process would.</summary>
    protected abstract Task<ServiceProvider> JoinAsync(ServiceProvider first, Action<IServiceCollection> configure);

    private static AssetRef Subject { get; } = new(AssetKind.Experiment, "e");

    /// <summary>A body's rows and its event appear together.</summary>
    [Fact]
    public async Task Write_commits_rows_and_events_together()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        await database.WriteAsync(Durability.Power, Insert("a"), TestContext.Current.CancellationToken);
        Assert.Equal(["a"], await NamesAsync(database));
        Assert.Single(await EventsAsync(services, 1));
    }

    /// <summary>A body that throws leaves nothing; its neighbours in the same commit stay.</summary>
    [Fact]
    public async Task Failed_body_leaves_nothing_and_harms_no_neighbour()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        var tasks = Enumerable
            .Range(0, 50)
            .Select(i =>
                database.WriteAsync(
                    i % 3 == 0 ? Durability.Power : Durability.Process,
                    async work =>
                    {
                        await Insert($"n{i:00}")(work);
                        if (i % 5 == 0)
                        {
                            throw new InjectedFaultException("body");
                        }
                    },
                    TestContext.Current.CancellationToken
                )
            )
            .ToArray();
        for (var i = 0; i < tasks.Length; i++)
        {
            if (i % 5 == 0)
            {
                await Assert.ThrowsAsync<InjectedFaultException>(() => tasks[i]);
            }
            else
            {
                await tasks[i];
            }
        }

        var expected = Enumerable.Range(0, 50).Where(i => i % 5 != 0).Select(i => $"n{i:00}");
        Assert.Equal(expected, await NamesAsync(database));
        Assert.Equal(40, (await EventsAsync(services, 40)).Count);
    }

    /// <summary>When the commit itself fails the caller hears of it, nothing is stored, and the database goes on.</summary>
    [Fact]
    public async Task Failed_commit_is_reported_and_leaves_nothing()
    {
        var faults = new FaultInjector();
        await using var services = await CreateAsync(s => s.AddSingleton<IFaultPoints>(faults));
        var database = services.GetRequiredService<IMetadataDatabase>();
        await database.MigrateAsync(TestContext.Current.CancellationToken);
        faults.Arm("metadata.commit");
        await Assert.ThrowsAsync<InjectedFaultException>(() =>
            database.WriteAsync(Durability.Power, Insert("lost"), TestContext.Current.CancellationToken)
        );
        await database.WriteAsync(Durability.Power, Insert("kept"), TestContext.Current.CancellationToken);
        Assert.Equal(["kept"], await NamesAsync(database));
    }

    /// <summary>A cancelled write that has not begun writes nothing.</summary>
    [Fact]
    public async Task Cancelled_write_writes_nothing()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            database.WriteAsync(Durability.Process, Insert("a"), new CancellationToken(canceled: true))
        );
        Assert.Empty(await NamesAsync(database));
    }

    /// <summary>The reading connection refuses writes.</summary>
    [Fact]
    public async Task Read_connection_refuses_writes()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() =>
            database.ReadAsync(
                c => c.ExecuteAsync("INSERT INTO core_lease (name, owner, until, fence) VALUES ('a', 'b', 1, 1)"),
                TestContext.Current.CancellationToken
            )
        );
    }

    /// <summary>Two processes that start on an empty database at once migrate it once, and both write.</summary>
    [Fact]
    public async Task Two_processes_start_at_once_and_share_the_database()
    {
        await using var first = await CreateAsync(_ => { });
        await using var second = await JoinAsync(first, _ => { });
        var databases = new[] { first.GetRequiredService<IMetadataDatabase>(), second.GetRequiredService<IMetadataDatabase>() };
        await Task.WhenAll(databases.Select(d => Task.Run(() => d.MigrateAsync())));
        await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i => databases[i % 2].WriteAsync(Durability.Process, Insert($"n{i:000}"), TestContext.Current.CancellationToken))
        );
        Assert.Equal(200, (await NamesAsync(databases[0])).Count);
        var events = await EventsAsync(second, 200);
        Assert.Equal(200, events.Count);
        Assert.Equal(events.OrderBy(e => e.Position).Select(e => e.Id), events.Select(e => e.Id));
    }

    /// <summary>One of many contenders gets a lease; the fence grows with each grant; an old holder is told that it lost.</summary>
    [Fact]
    public async Task Lease_has_one_holder_and_a_growing_fence()
    {
        var work = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var services = await CreateAsync(s => s.AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, work));
        var leases = services.GetRequiredService<ILeases>();
        var minute = TimeSpan.FromMinutes(1);
        var contenders = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => leases.TryAcquireAsync("l", minute, TestContext.Current.CancellationToken))
        );
        var first = Assert.Single(contenders, l => l is not null)!;

        work.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(await leases.TryAcquireAsync("l", minute, TestContext.Current.CancellationToken));
        work.Advance(TimeSpan.FromSeconds(1));
        var second = await leases.TryAcquireAsync("l", minute, TestContext.Current.CancellationToken);
        Assert.NotNull(second);
        Assert.True(second.Fence > first.Fence);
        await Assert.ThrowsAsync<LeaseLostException>(() => first.RenewAsync(TestContext.Current.CancellationToken));
        await first.DisposeAsync(); // Must not free its successor's lease.
        Assert.Null(await leases.TryAcquireAsync("l", minute, TestContext.Current.CancellationToken));
        await second.DisposeAsync();
        Assert.NotNull(await leases.TryAcquireAsync("l", minute, TestContext.Current.CancellationToken));
    }

    /// <summary>Recurring work seen first starts from now, missed times are made up by one call, and one of two processes does it.</summary>
    [Fact]
    public async Task Recurring_work_runs_once_for_missed_times()
    {
        var platform = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var work = new CountingWork();
        void Configure(IServiceCollection s) => s.AddSingleton<TimeProvider>(platform).AddSingleton<IRecurringWork>(work);
        await using var first = await CreateAsync(Configure);
        await using var second = await JoinAsync(first, Configure);
        var runners = new[] { first.GetRequiredService<IRecurringWorkRunner>(), second.GetRequiredService<IRecurringWorkRunner>() };
        await RunAllAsync(runners);
        Assert.Empty(work.Due);
        platform.Advance(TimeSpan.FromHours(3.5));
        await RunAllAsync(runners);
        await RunAllAsync(runners);
        Assert.Equal([new DateTimeOffset(2030, 1, 1, 3, 0, 0, TimeSpan.Zero)], work.Due);
    }

    /// <summary>Work that fails is reported and stays due; the others have their turn.</summary>
    [Fact]
    public async Task Failing_recurring_work_does_not_stop_the_others()
    {
        var platform = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        CountingWork failing = new("failing", fail: true),
            good = new("good");
        await using var services = await CreateAsync(s =>
            s.AddSingleton<TimeProvider>(platform).AddSingleton<IRecurringWork>(failing).AddSingleton<IRecurringWork>(good)
        );
        var runner = services.GetRequiredService<IRecurringWorkRunner>();
        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        platform.Advance(TimeSpan.FromHours(1));
        for (var round = 0; round < 2; round++)
        {
            var thrown = await Assert.ThrowsAsync<AggregateException>(() => runner.RunDueAsync(TestContext.Current.CancellationToken));
            Assert.IsType<InjectedFaultException>(Assert.Single(thrown.InnerExceptions));
        }

        Assert.Equal((2, 1), (failing.Due.Count, good.Due.Count));
    }

    /// <summary>Edges are found in both directions, once each, with cycles ending the walk.</summary>
    [Fact]
    public async Task Lineage_walks_both_ways_and_ends_on_cycles()
    {
        await using var services = await CreateAsync(_ => { });
        AssetRef data = new(AssetKind.Dataset, "d"),
            run = new(AssetKind.Run, "r"),
            model = new(AssetKind.Model, "m", 1);
        await services
            .GetRequiredService<IMetadataDatabase>()
            .WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Link(data, run, "trainedOn");
                    work.Link(run, model, "produced");
                    work.Link(run, model, "produced");
                    work.Link(model, data, "feedback");
                    return Task.CompletedTask;
                },
                TestContext.Current.CancellationToken
            );
        var lineage = services.GetRequiredService<ILineage>();
        var up = await lineage.UpstreamAsync(model, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([(run, 1), (data, 2), (model, 3)], up.Select(e => (e.From, e.Distance)));
        var near = await lineage.DownstreamAsync(data, depth: 1, TestContext.Current.CancellationToken);
        Assert.Equal([run], near.Select(e => e.To));
    }

    /// <summary>The sweep removes what nobody references and keeps the rest, the young included.</summary>
    [Fact]
    public async Task Sweep_keeps_referenced_and_young_artifacts()
    {
        await using var services = await CreateAsync(_ => { });
        var store = services.GetRequiredService<IArtifactStore>();
        var collector = services.GetRequiredService<IArtifactGarbageCollector>();
        var database = services.GetRequiredService<IMetadataDatabase>();
        var kept = await store.PutBytesAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);
        await store.PutBytesAsync(new byte[] { 2 }, TestContext.Current.CancellationToken);
        var owner = new ArtifactOwner("test", "1");
        await database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Reference(kept.Digest, owner);
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken
        );

        Assert.Equal(2, (await collector.CollectAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken)).Kept);
        var swept = await collector.CollectAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 1L), (swept.Kept, swept.Deleted, swept.DeletedBytes));
        Assert.NotNull(await store.FindAsync(kept.Digest, TestContext.Current.CancellationToken));

        await database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Release(owner);
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(1, (await collector.CollectAsync(TimeSpan.Zero, TestContext.Current.CancellationToken)).Deleted);
    }

    /// <summary>A rule over several rows holds under many writers of two processes that take its name's turn.</summary>
    [Fact]
    public async Task Named_lock_lets_one_transaction_at_a_time_count_and_insert()
    {
        await using var first = await CreateAsync(_ => { });
        await using var second = await JoinAsync(first, _ => { });
        var databases = new[] { first.GetRequiredService<IMetadataDatabase>(), second.GetRequiredService<IMetadataDatabase>() };
        await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(i =>
                    databases[i % 2]
                        .WriteAsync(
                            Durability.Process,
                            async work =>
                            {
                                await work.LockAsync("test.limit");
                                var count = await work.Connection.ExecuteScalarAsync<long>(
                                    "SELECT COUNT(*) FROM core_lease",
                                    transaction: work.Transaction
                                );
                                if (count < 5)
                                {
                                    await Insert($"n{i}")(work);
                                }
                            },
                            TestContext.Current.CancellationToken
                        )
                )
        );
        Assert.Equal(5, (await NamesAsync(databases[0])).Count);
    }

    /// <summary>Many rows go in by one call, each value as it was; a row that is there is passed over or changed, as the caller says.</summary>
    [Fact]
    public async Task Insert_of_many_rows_keeps_each_value_and_its_rule_for_conflicts()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        string[] texts = ["", "a", "a", "Ünï\U0001F600", new('x', 10_000)];
        long[] integers = [0, long.MinValue, long.MaxValue, -1, 1];
        double[] numbers = [0, double.MaxValue, double.Epsilon, -0.1, double.NegativeInfinity];
        await WriteAsync(
            database,
            async work =>
            {
                await CreateManyAsync(work, database.Dialect);
                InsertColumn[] rows =
                [
                    new("owner", "all"),
                    new("name", texts),
                    new("integer_value", integers),
                    new("number_value", numbers),
                ];
                await database.Dialect.InsertAsync(work, "many", rows);
                await database.Dialect.InsertAsync(work, "many", rows, "ON CONFLICT (name, integer_value) DO NOTHING");
                InsertColumn[] other =
                [
                    new("owner", "other"),
                    new("name", ["a", "b"]),
                    new("integer_value", [long.MaxValue, 7]),
                    new("number_value", [1.5, 2.5]),
                ];
                await database.Dialect.InsertAsync(
                    work,
                    "many",
                    other,
                    "ON CONFLICT (name, integer_value) DO UPDATE SET number_value = excluded.number_value"
                );
            }
        );
        var found = await database.ReadAsync(
            async c =>
                (
                    await c.QueryAsync<(string, string, long, double)>("SELECT owner, name, integer_value, number_value FROM many")
                ).ToHashSet(),
            TestContext.Current.CancellationToken
        );
        numbers[2] = 1.5;
        HashSet<(string, string, long, double)> expected =
        [
            .. texts.Select((t, i) => ("all", t, integers[i], numbers[i])),
            ("other", "b", 7, 2.5),
        ];
        Assert.Equal(expected, found);
    }

    /// <summary>So many rows that a provider may take another way: those that are there, or come twice, are passed over, and the transaction goes on.</summary>
    [Fact]
    public async Task Insert_of_hundreds_of_rows_passes_over_those_that_are_there()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        const string Rule = "ON CONFLICT (name, integer_value) DO NOTHING";
        await WriteAsync(
            database,
            async work =>
            {
                await CreateManyAsync(work, database.Dialect);
                await database.Dialect.InsertAsync(work, "many", Rows("new", 0, 300), Rule);
                await database.Dialect.InsertAsync(work, "many", Rows("half", 150, 450), Rule);
                await database.Dialect.InsertAsync(work, "many", Rows("twice", 450, 600, 599, 450), Rule);
                await database.Dialect.InsertAsync(work, "many", Rows("few", 599, 601), Rule);
            }
        );
        var found = await database.ReadAsync(
            async c =>
                (
                    await c.QueryAsync<(string, string, long, double)>(
                        "SELECT owner, name, integer_value, number_value FROM many ORDER BY integer_value"
                    )
                ).ToList(),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            Enumerable
                .Range(0, 601)
                .Select(i =>
                    (
                        i < 300 ? "new"
                        : i < 450 ? "half"
                        : i < 600 ? "twice"
                        : "few",
                        $"n{i}",
                        (long)i,
                        i / 4.0
                    )
                ),
            found
        );

        static InsertColumn[] Rows(string owner, int from, int to, params int[] more)
        {
            int[] rows = [.. Enumerable.Range(from, to - from), .. more];
            return
            [
                new("owner", owner),
                new("name", [.. rows.Select(i => $"n{i}")]),
                new("integer_value", [.. rows.Select(i => (long)i)]),
                new("number_value", [.. rows.Select(i => i / 4.0)]),
            ];
        }
    }

    /// <summary>A row that the database refuses, or columns that do not fit together, fail the call; nothing of it is stored.</summary>
    [Fact]
    public async Task Insert_of_many_rows_stores_all_or_nothing()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        await WriteAsync(database, work => CreateManyAsync(work, database.Dialect));
        InsertColumn owner = new("owner", "all"),
            integers = new("integer_value", [1, 1]),
            numbers = new("number_value", [1.0, 2.0]);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() =>
            WriteAsync(database, work => database.Dialect.InsertAsync(work, "many", [owner, new("name", ["a", "a"]), integers, numbers]))
        );
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() =>
            WriteAsync(database, work => database.Dialect.InsertAsync(work, "many", [owner, new("name", ["a"]), integers, numbers]))
        );
        Assert.Contains("'name' (1)", thrown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            WriteAsync(database, work => database.Dialect.InsertAsync(work, "many", [owner]))
        );
        Assert.Equal(
            0,
            await database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM many"), TestContext.Current.CancellationToken)
        );
    }

    /// <summary>Rows with new ids are inserted and told of; those that are there, in the table or earlier among the rows, stay as they are.</summary>
    [Fact]
    public async Task Insert_of_new_rows_tells_which_were_new_and_keeps_the_others()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        Guid[] ids = [.. Enumerable.Range(1, 4).Select(i => new Guid(i, 0x1234, 0x5678, 1, 2, 3, 4, 5, 6, 7, 8))];
        bool[] first = [],
            second = [];
        await WriteAsync(
            database,
            async work =>
            {
                await work.Connection.ExecuteAsync(
                    $"CREATE TABLE marked (id {database.Dialect.TypeTokens["blob"]} PRIMARY KEY, batch {database.Dialect.TypeTokens["int"]}, "
                        + $"label {database.Dialect.TypeTokens["text"]}, score {database.Dialect.TypeTokens["double"]})",
                    transaction: work.Transaction
                );
                first = await InsertAsync(1, [ids[0], ids[1], ids[0]], ["a", null, "twice"], [null, 0.5, 7]);
                second = await InsertAsync(2, [ids[1], ids[2], ids[3]], [null, "c", "c"], [1, 2, null]);

                Task<bool[]> InsertAsync(long batch, Guid[] keys, string?[] labels, double?[] scores) =>
                    database.Dialect.InsertNewAsync(
                        work,
                        "marked",
                        ("id", keys),
                        [new("batch", batch), new("label", labels), new("score", scores)]
                    );
            }
        );
        var found = await database.ReadAsync(
            c =>
                c.QueryAsync<(byte[] Id, long Batch, string? Label, double? Score)>(
                    "SELECT id, batch, label, score FROM marked ORDER BY id"
                ),
            TestContext.Current.CancellationToken
        );

        Assert.Equal([true, true, false], first);
        Assert.Equal([false, true, true], second);
        Assert.Equal(
            [(ids[0], 1, "a", null), (ids[1], 1, null, 0.5), (ids[2], 2, "c", 2), (ids[3], 2, "c", null)],
            found.Select(r => (new Guid(r.Id, bigEndian: true), r.Batch, r.Label, r.Score))
        );
    }

    private static Task WriteAsync(IMetadataDatabase database, Func<IUnitOfWork, Task> body) =>
        database.WriteAsync(Durability.Process, body, TestContext.Current.CancellationToken);

    private static async Task CreateManyAsync(IUnitOfWork work, SqlDialect dialect)
    {
        string text = dialect.TypeTokens["text"],
            integer = dialect.TypeTokens["bigint"],
            number = dialect.TypeTokens["double"];
        await work.Connection.ExecuteAsync(
            $"CREATE TABLE many (owner {text}, name {text}, integer_value {integer}, number_value {number}, PRIMARY KEY (name, integer_value))",
            transaction: work.Transaction
        );
    }

    /// <summary>An owner that lets go of everything and points anew, in one transaction, keeps what it points at last.</summary>
    [Fact]
    public async Task Released_owner_may_reference_anew()
    {
        await using var services = await CreateAsync(_ => { });
        var database = services.GetRequiredService<IMetadataDatabase>();
        ArtifactDigest old = ArtifactDigest.Of("old"u8),
            dropped = ArtifactDigest.Of("dropped"u8),
            kept = ArtifactDigest.Of("kept"u8);
        var owner = new ArtifactOwner("test", "1");
        foreach (var digests in new[] { [old], new[] { dropped, kept } })
        {
            await database.WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Reference(digests[0], owner);
                    if (digests.Length > 1)
                    {
                        work.Release(owner);
                        work.Reference(digests[1], owner);
                    }

                    return Task.CompletedTask;
                },
                TestContext.Current.CancellationToken
            );
        }

        var left = await database.ReadAsync(
            async c => (await c.QueryAsync<string>("SELECT digest FROM core_artifact_ref")).AsList(),
            TestContext.Current.CancellationToken
        );
        Assert.Equal([kept.ToString()], left);
    }

    private static async Task RunAllAsync(IEnumerable<IRecurringWorkRunner> runners)
    {
        foreach (var runner in runners)
        {
            await runner.RunDueAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Func<IUnitOfWork, Task> Insert(string name) =>
        async work =>
        {
            work.Append(new("test.inserted", Subject));
            await work.Connection.ExecuteAsync(
                "INSERT INTO core_lease (name, owner, until, fence) VALUES (@name, '', 0, 0)",
                new { name },
                work.Transaction
            );
        };

    private static Task<List<string>> NamesAsync(IMetadataDatabase database) =>
        database.ReadAsync(
            async c => (await c.QueryAsync<string>("SELECT name FROM core_lease WHERE fence = 0 ORDER BY name")).AsList(),
            TestContext.Current.CancellationToken
        );

    /// <summary>A log may hide an event for a moment, while it cannot know whether an older one is still to come; it never loses one.</summary>
    private static async Task<IReadOnlyList<EventRecord>> EventsAsync(ServiceProvider services, int expected)
    {
        var log = services.GetRequiredService<IEventLog>();
        var events = await log.ReadAsync(new(), TestContext.Current.CancellationToken);
        for (var i = 0; i < 1000 && events.Count < expected; i++)
        {
            events = await log.ReadAsync(new(), TestContext.Current.CancellationToken);
        }

        return events;
    }
}
