using System.Globalization;
using Dapper;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class RegistryRetention(
    IMetadataDatabase database,
    IExperimentTracker tracker,
    IModelRegistry registry,
    IOptions<RegistryOptions> options,
    Clocks clocks
) : IRegistryRetention
{
    /// <summary>The tag that keeps an asset whatever the rules say.</summary>
    private const string Hold = "mlp.hold";

    private const string Everything = "*";

    public async Task<IReadOnlyList<RetentionItem>> ApplyAsync(bool dryRun = false, CancellationToken cancellationToken = default)
    {
        var items = new Dictionary<AssetRef, RetentionItem>();
        foreach (var rule in options.Value.Retention)
        {
            var found = rule.Model is { } model
                ? await FindVersionsAsync(rule, model, cancellationToken).ConfigureAwait(false)
                : await FindRunsAsync(rule, rule.Experiment!, cancellationToken).ConfigureAwait(false);
            foreach (var (asset, reason) in found)
            {
                items.TryAdd(asset, new(asset, true, reason));
            }
        }

        if (!dryRun)
        {
            foreach (var asset in items.Keys)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await DeleteAsync(asset, cancellationToken).ConfigureAwait(false);
            }
        }

        return [.. items.Values];
    }

    private async Task DeleteAsync(AssetRef asset, CancellationToken cancellationToken)
    {
        try
        {
            await (
                asset.Kind == AssetKind.Run
                    ? tracker.DeleteRunAsync(RunId.Parse(asset.Id), cancellationToken)
                    : registry.DeleteVersionAsync(new(asset.Id, asset.Version!.Value), cancellationToken)
            ).ConfigureAwait(false);
        }
        catch (AssetNotFoundException)
        {
            // Somebody else has deleted it since it was listed.
        }
    }

    private async Task<IReadOnlyList<(AssetRef, string)>> FindRunsAsync(
        RetentionRule rule,
        string experiment,
        CancellationToken cancellationToken
    )
    {
        const string Sql = """
            SELECT id, start_time, position FROM (
                SELECT r.id, r.start_time, r.status, ROW_NUMBER() OVER (PARTITION BY r.experiment_id ORDER BY r.start_time DESC, r.id) AS position
                FROM reg_run r JOIN reg_experiment e ON e.id = r.experiment_id
                WHERE r.deleted_at IS NULL AND (@experiment = '*' OR e.name = @experiment)) n
            WHERE position > @KeepLast AND start_time < @before AND status NOT IN ('RUNNING', 'SCHEDULED')
              AND NOT EXISTS (SELECT 1 FROM reg_run_tag t WHERE t.run_id = n.id AND t.key IN (@hold, @keep))
              AND NOT EXISTS (SELECT 1 FROM reg_model_version v WHERE v.run_id = n.id AND v.deleted_at IS NULL)
            ORDER BY start_time
            """;
        var rows = await QueryAsync<(string Id, long At, long Position)>(Sql, Parameters(rule, new { experiment }), cancellationToken)
            .ConfigureAwait(false);
        return [.. rows.Select(r => (new AssetRef(AssetKind.Run, r.Id), Reason(rule, r.At, r.Position)))];
    }

    private async Task<IReadOnlyList<(AssetRef, string)>> FindVersionsAsync(
        RetentionRule rule,
        string model,
        CancellationToken cancellationToken
    )
    {
        const string Sql = """
            SELECT model, version, created_at, position FROM (
                SELECT v.model, v.version, v.created_at, ROW_NUMBER() OVER (PARTITION BY v.model ORDER BY v.version DESC) AS position
                FROM reg_model_version v WHERE v.deleted_at IS NULL AND (@model = '*' OR v.model = @model)) n
            WHERE position > @KeepLast AND created_at < @before
              AND NOT EXISTS (SELECT 1 FROM reg_model_alias a WHERE a.model = n.model AND a.version = n.version)
              AND NOT EXISTS (SELECT 1 FROM reg_model_version_tag t WHERE t.model = n.model AND t.version = n.version AND t.key IN (@hold, @keep))
              AND NOT EXISTS (SELECT 1 FROM reg_model_tag t WHERE t.model = n.model AND t.key = @hold)
            ORDER BY model, version
            """;
        var rows = await QueryAsync<(string Model, long Version, long At, long Position)>(
                Sql,
                Parameters(rule, new { model }),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. rows.Select(r => (new AssetRef(AssetKind.Model, r.Model, (int)r.Version), Reason(rule, r.At, r.Position)))];
    }

    private DynamicParameters Parameters(RetentionRule rule, object scope)
    {
        var parameters = new DynamicParameters(scope);
        parameters.Add("KeepLast", rule.KeepLast);
        parameters.Add("before", rule.MaximumAge is { } age ? StoredTime.ToMicros(clocks.Platform.GetUtcNow() - age) : long.MaxValue);
        parameters.Add("hold", Hold);
        parameters.Add("keep", rule.KeepTagged ?? Hold);
        return parameters;
    }

    private static string Reason(RetentionRule rule, long at, long position) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Number {position} from the newest, of {StoredTime.FromMicros(at):yyyy-MM-dd}; kept are the last {rule.KeepLast}{(rule.MaximumAge is { } age ? $" and the last {age.TotalDays:0.##} days" : "")}."
        );

    private Task<List<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
                (await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList(),
            cancellationToken
        );
}
