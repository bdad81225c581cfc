using System.Globalization;

namespace MlPlatform.Pipelines.Tests;

/// <summary>The process that the kill tests start: this same program works on the journal of a folder until every run has ended, or it is killed.</summary>
internal static class KillChild
{
    public const string Variable = "MLPLATFORM_TEST_PIPELINE_FOLDER";
    public const string PointVariable = "MLPLATFORM_TEST_PIPELINE_POINT";
    public const string Ended = "ended";

    public static async Task RunAsync(string folder)
    {
        var point = Environment.GetEnvironmentVariable(PointVariable)?.Split('#');
        await using var services = Create(
            folder,
            point is null ? null : new KillFaultPoints(point[0], int.Parse(point[1], CultureInfo.InvariantCulture))
        );
        await services.GetRequiredService<IPlatformLifetime>().StartAsync();
        var runner = services.GetRequiredService<IPipelineRunner>();
        foreach (var run in await runner.ListRunsAsync(limit: 1000))
        {
            await runner.WaitAsync(run.Id);
        }

        Console.Out.WriteLine(Ended);
        await services.GetRequiredService<IPlatformLifetime>().StopAsync();
    }

    public static ServiceProvider Create(string folder, IFaultPoints? faults = null)
    {
        var services = new ServiceCollection();
        if (faults is not null)
        {
            services.AddSingleton(faults);
        }

        services
            .AddMlPlatformCore(o => o.DataDirectory = folder)
            .UseTestDatabase(folder)
            .AddPipelines(p =>
                p.AddPipeline<KillPipeline>()
                    .Configure(o =>
                    {
                        o.Poll = TimeSpan.FromMilliseconds(50);
                        o.MaxLosses = 1000; // These processes die for reasons of their own.
                    })
            );
        return services.BuildServiceProvider();
    }
}
