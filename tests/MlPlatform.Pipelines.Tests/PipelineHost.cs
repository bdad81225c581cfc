using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using MlPlatform.Testing;

namespace MlPlatform.Pipelines.Tests;

/// <summary>The platform with one pipeline on SQLite in a temporary directory, platform time by hand, work time real.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2025, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly bool ownsDirectory;
    private readonly ServiceProvider services;

    public PipelineHost(
        Action<PipelineBuilder<TestParams>> define,
        Action<PipelineTriggers>? triggers = null,
        string? directory = null,
        string name = "test",
        Action<PipelinesOptions>? options = null,
        Action<IServiceCollection>? configure = null
    )
    {
        ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("mlp-pipelines-").FullName;
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddSingleton<IActorAccessor>(Actor);
        collection.AddSingleton<IFaultPoints>(Faults);
        collection.AddSingleton(new FuncPipeline.Definition(name, define));
        configure?.Invoke(collection);
        collection
            .AddMlPlatformCore(o =>
            {
                o.DataDirectory = Directory;
                o.RunRecurringWork = false;
            })
            .UseTestDatabase(Directory)
            .AddPipelines(p =>
                p.AddPipeline<FuncPipeline>(triggers)
                    .Configure(o =>
                    {
                        o.Slots = 4;
                        o.Poll = TimeSpan.FromMilliseconds(20);
                        options?.Invoke(o);
                    })
            );
        services = collection.BuildServiceProvider();
    }

    public string Directory { get; }

    public ManualTimeProvider Clock { get; } = new(Start);

    public TestActor Actor { get; } = new();

    public FaultInjector Faults { get; } = new();

    public IPipelineRunner Runner => Get<IPipelineRunner>();

    public IMetadataDatabase Database => Get<IMetadataDatabase>();

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public Task StartAsync() => Get<IPlatformLifetime>().StartAsync(Cancel);

    public Task<PipelineRunId> RunAsync(TestParams? parameters = null, PipelineRunOptions? options = null) =>
        Runner.RunAsync<FuncPipeline, TestParams>(parameters ?? new(), options, Cancel);

    /// <summary>Runs, settles, and gives the run as it then is.</summary>
    public async Task<PipelineRunInfo> SettleAsync(TestParams? parameters = null, PipelineRunOptions? options = null)
    {
        var run = await RunAsync(parameters, options);
        return await SettleRunAsync(run);
    }

    public async Task<PipelineRunInfo> SettleRunAsync(PipelineRunId run)
    {
        await Runner.SettleAsync(Cancel);
        return (await Runner.GetRunAsync(run, Cancel))!;
    }

    public async Task<long> CountAsync(string sql) =>
        Convert.ToInt64(await Database.ReadAsync(c => c.ExecuteScalarAsync<object>(sql)), CultureInfo.InvariantCulture);

    public Task ExecuteAsync(string sql) =>
        Database.WriteAsync(Durability.Process, w => w.Connection.ExecuteAsync(sql, transaction: w.Transaction), Cancel);

    public async Task<List<EventRecord>> EventsAsync(string type) => [.. await services.ReadSettledAsync(new() { Types = [type] }, Cancel)];

    public Task AppendAsync(PlatformEvent platformEvent) =>
        Database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Append(platformEvent);
                return Task.CompletedTask;
            },
            Cancel
        );

    public async ValueTask DisposeAsync()
    {
        await Get<IPlatformLifetime>().StopAsync(CancellationToken.None);
        await Get<Internal.PipelineWorker>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        if (ownsDirectory)
        {
            SqliteConnection.ClearAllPools();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
