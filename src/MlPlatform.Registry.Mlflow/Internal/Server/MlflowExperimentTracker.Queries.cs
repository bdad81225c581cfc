using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed partial class MlflowExperimentTracker
{
    private const int PageSize = 1000;

    /// <summary>Each page lists the whole tree on the server, so there shall be few.</summary>
    private const int FilesPerPage = 10_000;

    public async Task<RunInfo?> GetRunAsync(RunId id, CancellationToken cancellationToken = default)
    {
        try
        {
            var reply = await client.SendAsync(MlflowCalls.GetRun(id), cancellationToken).ConfigureAwait(false);
            var experiment = await GetExperimentAsync(reply.Run!.Info!.ExperimentId!, cancellationToken).ConfigureAwait(false);
            return RemoteAssets.ToRun(reply.Run, experiment!.Name);
        }
        catch (AssetNotFoundException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<RunInfo>> GetChildrenAsync(RunId id, CancellationToken cancellationToken = default)
    {
        var run = await RequireRunAsync(id, cancellationToken).ConfigureAwait(false);
        var query = new RunQuery
        {
            ExperimentIds = [run.ExperimentId],
            Filter = $"tags.`{RemoteTags.ParentRun}` = '{id}'",
            OrderBy = ["attributes.start_time ASC"],
            Limit = PageSize,
        };
        return await RunsAsync(query, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All pages of a search.</summary>
    private async IAsyncEnumerable<RunInfo> RunsAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var run in page.Items)
            {
                yield return run;
            }

            query = query with { PageToken = page.NextPageToken };
        } while (query.PageToken is not null);
    }

    public async Task<IReadOnlyList<MetricPoint>> GetMetricHistoryAsync(
        RunId id,
        string key,
        MetricPoint? after = null,
        int limit = 25_000,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 25_000);
        var call = MlflowCall.Get(
            "metrics/get-history",
            AssetOf(id),
            ("run_id", id.ToString()),
            ("metric_key", key),
            ("max_results", MlflowCalls.TextOf(25_000))
        );
        var points = new List<MetricPoint>();
        await foreach (var page in client.PagesAsync(call, cancellationToken).ConfigureAwait(false))
        {
            points.AddRange((page.Metrics ?? []).Select(RemoteAssets.ToPoint));
        }

        // The server's order is not said, so all are read and put into ours.
        return [.. points.Order(PointOrder).Where(p => after is not { } last || PointOrder.Compare(p, last) > 0).Take(limit)];
    }

    public async Task<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var names = await ScopeAsync(query, cancellationToken).ConfigureAwait(false);
        if (names.Count == 0)
        {
            return new([], null);
        }

        var body = new JsonObject
        {
            ["experiment_ids"] = new JsonArray([.. names.Keys.Select(i => JsonValue.Create(i))]),
            ["filter"] = query.Filter ?? string.Empty,
            ["run_view_type"] = ViewOf(query.View),
            ["max_results"] = query.Limit,
            ["order_by"] = new JsonArray([.. query.OrderBy.Select(o => JsonValue.Create(o))]),
            ["page_token"] = query.PageToken ?? string.Empty,
        };
        var reply = await MlflowSearch.RunAsync(client, MlflowCall.Post("runs/search", body), cancellationToken).ConfigureAwait(false);
        return new(
            [.. (reply.Runs ?? []).Select(r => Select(RemoteAssets.ToRun(r, names[r.Info!.ExperimentId!]), query.Fields))],
            MlflowSearch.TokenOf(reply)
        );
    }

    /// <remarks>MLflow has this for its own pages only, and other servers not at all: the runs are read.</remarks>
    public async Task<IReadOnlyList<DatasetUse>> ListDatasetsAsync(
        IReadOnlyCollection<string> experimentIds,
        int limit = 1000,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(experimentIds);
        var found = new HashSet<DatasetUse>();
        foreach (var id in experimentIds)
        {
            var query = new RunQuery
            {
                ExperimentIds = [id],
                Fields = RunFields.Inputs,
                Limit = PageSize,
            };
            await foreach (var run in RunsAsync(query, cancellationToken).ConfigureAwait(false))
            {
                found.UnionWith(
                    run.Inputs.Select(i => new DatasetUse(id, i.Name, i.Digest, i.Tags.GetValueOrDefault(RemoteTags.DatasetContext)))
                );
            }
        }

        return
        [
            .. found
                .OrderBy(d => d.ExperimentId, StringComparer.Ordinal)
                .ThenBy(d => d.Name, StringComparer.Ordinal)
                .ThenBy(d => d.Digest, StringComparer.Ordinal)
                .ThenBy(d => d.Context, StringComparer.Ordinal)
                .Take(limit),
        ];
    }

    public async Task<IReadOnlyList<ArtifactFile>> ListArtifactsAsync(RunId id, CancellationToken cancellationToken = default)
    {
        var found = new List<ArtifactFile>();
        IReadOnlyList<ArtifactFile> page;
        do
        {
            page = await trees
                .ListFilesAsync(ArtifactTreeId.OfRun(id), null, found.Count == 0 ? null : found[^1].Path, FilesPerPage, cancellationToken)
                .ConfigureAwait(false);
            found.AddRange(page);
        } while (page.Count == FilesPerPage);

        return found;
    }

    public async Task<Stream> OpenArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default)
    {
        var opened = await trees.OpenAsync(ArtifactTreeId.OfRun(id), ArtifactPath.Parse(path), cancellationToken).ConfigureAwait(false);
        return opened.Content;
    }

    private static readonly Comparer<MetricPoint> PointOrder = Comparer<MetricPoint>.Create(
        (a, b) =>
            a.Step != b.Step ? a.Step.CompareTo(b.Step)
            : a.Time != b.Time ? a.Time.CompareTo(b.Time)
            : a.Value.CompareTo(b.Value)
    );

    private async Task<RunInfo> RequireRunAsync(RunId id, CancellationToken cancellationToken) =>
        await GetRunAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new AssetNotFoundException(AssetOf(id));

    /// <summary>The ids of the experiments to search, with their names. MLflow searches none unless it is told which.</summary>
    private async Task<Dictionary<string, string>> ScopeAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in query.ExperimentIds)
        {
            if (await GetExperimentAsync(id, cancellationToken).ConfigureAwait(false) is { } experiment)
            {
                names[id] = experiment.Name;
            }
        }

        foreach (var name in query.Experiments)
        {
            if (await FindExperimentAsync(name, cancellationToken).ConfigureAwait(false) is { } experiment)
            {
                names[experiment.Id] = name;
            }
        }

        if (query.ExperimentIds.Count > 0 || query.Experiments.Count > 0)
        {
            return names;
        }

        var all = ExperimentsCall(new() { View = LifecycleView.All, Limit = 1000 });
        await foreach (var page in client.PagesAsync(all, cancellationToken).ConfigureAwait(false))
        {
            foreach (var experiment in (page.Experiments ?? []).Select(RemoteAssets.ToExperiment))
            {
                names[experiment.Id] = experiment.Name;
            }
        }

        return names;
    }

    private static RunInfo Select(RunInfo run, RunFields fields) =>
        run with
        {
            Params = fields.HasFlag(RunFields.Params) ? run.Params : new Dictionary<string, string>(StringComparer.Ordinal),
            Metrics = fields.HasFlag(RunFields.Metrics) ? run.Metrics : new Dictionary<string, MetricPoint>(StringComparer.Ordinal),
            Tags = fields.HasFlag(RunFields.Tags) ? run.Tags : new Dictionary<string, string>(StringComparer.Ordinal),
            Inputs = fields.HasFlag(RunFields.Inputs) ? run.Inputs : [],
            ModelInputs = fields.HasFlag(RunFields.Inputs) ? run.ModelInputs : [],
            ModelOutputs = fields.HasFlag(RunFields.Inputs) ? run.ModelOutputs : [],
        };
}
