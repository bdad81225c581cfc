using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>The database's server goes away and comes back while requests and a run are at work.</summary>
public sealed class DatabaseAwayTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("mlp-away-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Requests_are_told_to_try_again_and_nothing_that_was_logged_is_lost()
    {
        Assert.SkipWhen(TestPostgreSql.SkipReason is not null, TestPostgreSql.SkipReason ?? string.Empty);
        var server = new DbConnectionStringBuilder { ConnectionString = TestPostgreSql.Require() };
        using var proxy = new CuttingProxy(new($"tcp://{server["Host"]}:{server["Port"]}"));
        server["Host"] = "127.0.0.1";
        server["Port"] = proxy.Port.ToString(CultureInfo.InvariantCulture);
        await using var host = await WebHost.StartAsync(services: s =>
            s.AddMlPlatformCore().UsePostgreSql(server.ConnectionString, o => o.Schema = TestPostgreSql.SchemaOf(directory))
        );
        var id = (await host.CallAsync("POST", "runs/create", new { })).Text("run", "info", "run_id");
        var tracker = host.Get<IExperimentTracker>();
        await using var run = await tracker.StartRunAsync("in process", cancellationToken: Cancel);
        run.LogMetric("loss", 1, 1);
        await run.FlushAsync(Cancel);

        proxy.IsDown = true;
        var tag = new
        {
            run_id = id,
            key = "k",
            value = "v",
        };
        for (var i = 0; i < 20; i++)
        {
            await host.RefusedAsync("POST", "runs/set-tag", tag, 503, "TEMPORARILY_UNAVAILABLE");
            await host.RefusedAsync("GET", $"runs/get?run_id={id}", null, 503, "TEMPORARILY_UNAVAILABLE");
        }

        await Assert.ThrowsAsync<StorageUnavailableException>(() => tracker.GetRunAsync(run.Id, Cancel));
        for (var step = 2; step <= 3000; step++)
        {
            run.LogMetric("loss", 1.0 / step, step);
        }

        var flush = run.FlushAsync(Cancel);
        Assert.False(flush.IsCompleted); // Not acknowledged, and not lost either.

        proxy.IsDown = false;
        await flush;
        await host.CallAsync("POST", "runs/set-tag", tag);
        var info = (await tracker.GetRunAsync(run.Id, Cancel))!;
        Assert.Equal(3000, info.Metrics["loss"].Step);
        Assert.Equal(3000, (await tracker.GetMetricHistoryAsync(run.Id, "loss", cancellationToken: Cancel)).Count);
    }
}
