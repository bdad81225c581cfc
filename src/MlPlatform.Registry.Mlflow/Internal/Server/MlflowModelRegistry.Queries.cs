using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed partial class MlflowModelRegistry
{
    public async Task<RegisteredModel?> GetModelAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        try
        {
            return await RequireModelAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (AssetNotFoundException)
        {
            return null;
        }
    }

    public async Task<ModelVersion?> GetVersionAsync(ModelVersionId id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        try
        {
            return await RequireVersionAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (AssetNotFoundException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(
        string name,
        int? before = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        CheckName(name);
        CheckLimit(limit);
        var found = new List<ModelVersion>();
        await foreach (var page in client.PagesAsync(MlflowCalls.SearchVersions(name), cancellationToken).ConfigureAwait(false))
        {
            found.AddRange((page.ModelVersions ?? []).Select(RemoteAssets.ToVersion).Where(v => before is null || v.Id.Version < before));
            if (found.Count >= limit)
            {
                break;
            }
        }

        return [.. found.OrderByDescending(v => v.Id.Version).Take(limit)];
    }

    public async Task<IReadOnlyList<RegisteredModel>> ListModelsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    )
    {
        CheckLimit(limit);
        var found = new List<RegisteredModel>();
        var call = MlflowCall.Get("registered-models/search", null, ("max_results", "1000"));
        await foreach (var page in client.PagesAsync(call, cancellationToken).ConfigureAwait(false))
        {
            // The order of names in the server's database need not be ours, so all are read.
            found.AddRange((page.RegisteredModels ?? []).Select(RemoteAssets.ToModel));
        }

        return
        [
            .. found
                .Where(m => after is null || string.CompareOrdinal(m.Name, after) > 0)
                .OrderBy(m => m.Name, StringComparer.Ordinal)
                .Take(limit),
        ];
    }

    public async Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var call = Search("registered-models/search", query.Filter, query.OrderBy, query.Limit, query.PageToken);
        var reply = await MlflowSearch.RunAsync(client, call, cancellationToken).ConfigureAwait(false);
        return new([.. (reply.RegisteredModels ?? []).Select(RemoteAssets.ToModel)], MlflowSearch.TokenOf(reply));
    }

    public async Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var call = Search("model-versions/search", query.Filter, query.OrderBy, query.Limit, query.PageToken);
        var reply = await MlflowSearch.RunAsync(client, call, cancellationToken).ConfigureAwait(false);
        return new([.. (reply.ModelVersions ?? []).Select(RemoteAssets.ToVersion)], MlflowSearch.TokenOf(reply));
    }

    private static MlflowCall Search(string path, string? filter, IReadOnlyList<string> orderBy, int limit, string? token) =>
        MlflowCall.Get(
            path,
            null,
            [
                ("filter", filter),
                ("max_results", limit.ToString(CultureInfo.InvariantCulture)),
                ("page_token", token),
                .. orderBy.Select(o => ("order_by", (string?)o)),
            ]
        );

    private async Task<RegisteredModel> RequireModelAsync(string name, CancellationToken cancellationToken)
    {
        var reply = await client.SendAsync(MlflowCalls.GetModel(name), cancellationToken).ConfigureAwait(false);
        return RemoteAssets.ToModel(reply.RegisteredModel);
    }

    private async Task<ModelVersion> RequireVersionAsync(ModelVersionId id, CancellationToken cancellationToken)
    {
        var reply = await client.SendAsync(MlflowCalls.GetVersion(id), cancellationToken).ConfigureAwait(false);
        return RemoteAssets.ToVersion(reply.ModelVersion);
    }

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
    }
}
