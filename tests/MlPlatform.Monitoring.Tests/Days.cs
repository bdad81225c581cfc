namespace MlPlatform.Monitoring.Tests;

/// <summary>Days of traffic of a model with a profile: column x1 may shift, labels may stop following the score.</summary>
internal sealed class Days(MonitoringHost host)
{
    private const int Rows = 600;
    private readonly Simulation simulation = new(42);
    private readonly PredictionLayout layout = Traffic.Layout(3, Profile(), categories: 0);
    private long next;

    public async Task AddAsync(int day, double shift, bool noise = false, double labelled = 1)
    {
        var outcomes = new List<Outcome>();
        for (var i = 0; i < Rows; i++)
        {
            var score = simulation.Uniform();
            double[] row = [simulation.Normal(), simulation.Normal() + shift, simulation.Normal()];
            Traffic.Observe(
                host.Observer,
                layout,
                next,
                MonitoringHost.Start.AddDays(day).AddMinutes(i * 1440.0 / Rows),
                row,
                score: score
            );
            if (i < labelled * Rows)
            {
                outcomes.Add(new(Traffic.Id(next), simulation.Uniform() < (noise ? 0.5 : score) ? 1 : 0));
            }

            next++;
        }

        await host.Observer.FlushAsync(null, TestContext.Current.CancellationToken);
        await host.Monitor.RecordOutcomesAsync(outcomes, TestContext.Current.CancellationToken);
    }

    private static byte[] Profile()
    {
        var simulation = new Simulation(7);
        var builder = new ReferenceProfileBuilder();
        for (var column = 0; column < 3; column++)
        {
            builder.AddNumeric("x" + column, simulation.Normals(5000));
        }

        // Labels are drawn with the score as their probability: the area is 5/6.
        return builder
            .AddScores([.. Enumerable.Range(0, 5000).Select(_ => simulation.Uniform())])
            .SetMetric("auc", 5 / 6.0)
            .Build()
            .ToBytes();
    }
}
