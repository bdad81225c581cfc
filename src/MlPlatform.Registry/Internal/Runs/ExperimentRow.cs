using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ExperimentRow
{
    public const string Columns = """
        e.id AS Id, e.name AS Name, e.artifact_location AS ArtifactLocation, e.created_at AS CreatedAt, e.updated_at AS UpdatedAt,
        e.deleted_at AS DeletedAt
        """;

    public const string From = "reg_experiment e";

    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? ArtifactLocation { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public long? DeletedAt { get; init; }

    public AssetRef Asset => new(AssetKind.Experiment, Name);

    /// <summary>Adds the tags: one query for all rows.</summary>
    public static async Task<IReadOnlyList<Experiment>> LoadAsync(
        DbConnection connection,
        SqlDialect dialect,
        List<ExperimentRow> rows,
        DbTransaction? transaction
    )
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var sql = $"SELECT experiment_id, key, value FROM reg_experiment_tag WHERE {dialect.In("experiment_id", "@Ids")}";
        var tags = (
            await connection
                .QueryAsync<(string Id, string Key, string Value)>(sql, new { Ids = rows.Select(r => r.Id).ToArray() }, transaction)
                .ConfigureAwait(false)
        ).ToLookup(t => t.Id, StringComparer.Ordinal);
        return
        [
            .. rows.Select(r => new Experiment(r.Id, r.Name, StoredTime.FromMicros(r.CreatedAt))
            {
                UpdatedAt = StoredTime.FromMicros(r.UpdatedAt),
                DeletedAt = StoredTime.FromMicros(r.DeletedAt),
                ArtifactLocation = r.ArtifactLocation,
                Tags = tags[r.Id].ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal),
            }),
        ];
    }
}
