using System.Globalization;
using System.Text;
using Dapper;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>A server with a run and a logged model.</summary>
internal sealed class ArtifactFixture : IAsyncDisposable
{
    public const string Root = "/api/2.0/mlflow-artifacts/artifacts";

    private ArtifactFixture(WebHost host, string experiment, string run, string model) =>
        (Host, Experiment, Run, Model) = (host, experiment, run, model);

    public WebHost Host { get; }

    public string Experiment { get; }

    public string Run { get; }

    public string Model { get; }

    /// <summary>Where the run's files lie, on the wire.</summary>
    public string RunRoot => $"{Root}/{Experiment}/{Run}/artifacts";

    public string ModelRoot => $"{Root}/{Experiment}/models/{Model}/artifacts";

    public ArtifactTreeId RunTree => ArtifactTreeId.OfRun(RunId.Parse(Run));

    public static async Task<ArtifactFixture> StartAsync(Action<AspNetCoreOptions>? configure = null)
    {
        var host = await WebHost.StartAsync(configure);
        var tracker = host.Get<IExperimentTracker>();
        await using var run = await tracker.StartRunAsync("flights");
        var experiment = await tracker.GetOrCreateExperimentAsync("flights");
        var model = "m-" + RunId.New(TimeProvider.System);
        const string Insert = """
            INSERT INTO reg_logged_model (id, experiment_id, name, status, created_at, updated_at) VALUES (@model, @Id, 'm', 'READY', 0, 0)
            """;
        await host.Get<IMetadataDatabase>()
            .WriteAsync(Durability.Process, work => work.Connection.ExecuteAsync(Insert, new { model, experiment.Id }, work.Transaction));
        return new(host, experiment.Id, run.Id.ToString(), model);
    }

    public Task<RawReply> PutAsync(string target, string content) => Host.SendAsync("PUT", target, Encoding.UTF8.GetBytes(content));

    /// <summary>Everything that there is: the entries, the stored files, and the file outside.</summary>
    public async Task<string> StateAsync()
    {
        await Host.IdleAsync();
        var rows = await Host.Get<IMetadataDatabase>()
            .ReadAsync(c =>
                c.QueryAsync<string>(
                    "SELECT owner_kind || owner_id || path || digest FROM reg_artifact_entry UNION ALL SELECT digest || owner_id FROM core_artifact_ref ORDER BY 1"
                )
            );
        var outside = Path.GetDirectoryName(Host.Canary)!;
        var files = Directory
            .EnumerateFiles(outside, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains(".db", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f} {new FileInfo(f).Length}"));
        return string.Join('\n', [.. rows, .. files, await File.ReadAllTextAsync(Host.Canary)]);
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
