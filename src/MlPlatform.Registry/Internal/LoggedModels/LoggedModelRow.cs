using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class LoggedModelRow
{
    public const string Columns = """
        m.id AS Id, m.experiment_id AS ExperimentId, m.name AS Name, m.model_type AS ModelType, m.source_run_id AS SourceRunId,
        m.status AS Status, m.status_message AS StatusMessage, m.created_at AS CreatedAt, m.updated_at AS UpdatedAt, m.deleted_at AS DeletedAt
        """;

    public const string From = "reg_logged_model m";

    public required string Id { get; init; }

    public required string ExperimentId { get; init; }

    public required string Name { get; init; }

    public string? ModelType { get; init; }

    public string? SourceRunId { get; init; }

    public required string Status { get; init; }

    public string? StatusMessage { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public long? DeletedAt { get; init; }

    public AssetRef Asset => new(AssetKind.LoggedModel, Id);

    /// <summary>Adds what belongs to the models: one query a kind, never one a model.</summary>
    public static async Task<IReadOnlyList<LoggedModel>> LoadAsync(DbConnection connection, SqlDialect dialect, List<LoggedModelRow> rows)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = new { Ids = rows.Select(r => r.Id).ToArray() };
        var ofModels = dialect.In("model_id", "@Ids");
        var parameters = await connection
            .QueryAsync<(string Id, string Key, string Value)>(
                $"SELECT model_id, key, value FROM reg_logged_model_param WHERE {ofModels}",
                ids
            )
            .ConfigureAwait(false);
        var tags = await connection
            .QueryAsync<(string Id, string Key, string Value)>(
                $"SELECT model_id, key, value FROM reg_logged_model_tag WHERE {ofModels}",
                ids
            )
            .ConfigureAwait(false);
        var metrics = await connection
            .QueryAsync<LoggedModelMetricRow>(
                $"SELECT {LoggedModelMetricRow.Columns} FROM reg_logged_model_metric WHERE {ofModels} ORDER BY key, dataset_name, dataset_digest",
                ids
            )
            .ConfigureAwait(false);
        var versions = await connection
            .QueryAsync<(string Id, string Model, int Version)>(
                $"SELECT logged_model_id, model, version FROM reg_model_version WHERE {dialect.In("logged_model_id", "@Ids")} AND deleted_at IS NULL ORDER BY model, version",
                ids
            )
            .ConfigureAwait(false);
        var versionsOf = versions.ToLookup(v => v.Id, v => new ModelVersionId(v.Model, v.Version));
        var (paramsOf, tagsOf) = (parameters.ToLookup(p => p.Id), tags.ToLookup(t => t.Id));
        var metricsOf = metrics.ToLookup(m => m.ModelId);
        return
        [
            .. rows.Select(r =>
                r.ToModel() with
                {
                    Params = paramsOf[r.Id].ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
                    Tags = tagsOf[r.Id].ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal),
                    Versions = [.. versionsOf[r.Id]],
                    Metrics = [.. metricsOf[r.Id].Select(m => m.ToMetric())],
                }
            ),
        ];
    }

    private LoggedModel ToModel() =>
        new()
        {
            Id = Id,
            ExperimentId = ExperimentId,
            Name = Name,
            ModelType = ModelType,
            SourceRunId = SourceRunId is null ? null : RunId.Parse(SourceRunId),
            Status = Enum.Parse<LoggedModelStatus>(Status),
            StatusMessage = StatusMessage,
            CreatedAt = StoredTime.FromMicros(CreatedAt),
            UpdatedAt = StoredTime.FromMicros(UpdatedAt),
            DeletedAt = StoredTime.FromMicros(DeletedAt),
        };
}
