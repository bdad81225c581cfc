using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>Real processes on one schema, started at once and killed.</summary>
public sealed class PostgreSqlProcessTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    /// <summary>Kills a writing process at random moments: what it had been told was stored must be there, whole.</summary>
    [PostgreSqlFact]
    public async Task Killed_process_loses_no_acknowledged_write()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 5; round++)
        {
            var folder = Path.Combine(directory.Path, $"kill{round}");
            using var child = new WritingProcess(folder);
            await child.ReadUntilAsync(random.Next(1, 300));

            await using var services = PostgreSqlServices.Create(folder);
            var leases = services.GetRequiredService<ILeases>();
            var day = TimeSpan.FromDays(1);
            Assert.Null(await leases.TryAcquireAsync(KillChild.Lease, day, TestContext.Current.CancellationToken)); // Its holder lives.
            await child.KillAsync();

            // A dead holder's lease need not be waited for, and its fence grows on.
            await using (var lease = await leases.TryAcquireAsync(KillChild.Lease, day, TestContext.Current.CancellationToken))
            {
                Assert.Equal(2, lease?.Fence);
            }

            await AssertStoredAsync(services, child.Acknowledged);
        }
    }

    [PostgreSqlFact]
    public async Task Two_processes_start_at_once_on_an_empty_schema_and_both_write()
    {
        TestPostgreSql.SchemaOf(directory.Path);
        using var first = new WritingProcess(directory.Path);
        using var second = new WritingProcess(directory.Path);
        await Task.WhenAll(first.ReadUntilAsync(50), second.ReadUntilAsync(50));
        await first.KillAsync();
        await second.KillAsync();

        await using var services = PostgreSqlServices.Create(directory.Path);
        await AssertStoredAsync(services, first.Acknowledged + second.Acknowledged);
    }

    /// <summary>At least what was acknowledged, and each row with its event.</summary>
    private static async Task AssertStoredAsync(ServiceProvider services, int acknowledged)
    {
        var database = services.GetRequiredService<IMetadataDatabase>();
        var stored = await database.ReadAsync(
            c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM core_lease WHERE fence = 0"),
            TestContext.Current.CancellationToken
        );
        var events = await services
            .GetRequiredService<IEventLog>()
            .ReadAsync(new() { Limit = 10_000 }, TestContext.Current.CancellationToken);
        Assert.True(stored >= acknowledged, $"{acknowledged} acknowledged, {stored} stored");
        Assert.Equal(stored, events.Count);
    }
}
