using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelRow
{
    public const string Columns = """
        m.name AS Name, m.description AS Description, m.owner AS Owner, m.created_at AS CreatedAt, m.updated_at AS UpdatedAt, m.deleted_at AS DeletedAt,
        COALESCE((SELECT MAX(v.version) FROM reg_model_version v WHERE v.model = m.name AND v.deleted_at IS NULL), 0) AS LatestVersion
        """;

    public const string From = "reg_model m";

    public required string Name { get; init; }

    public string? Description { get; init; }

    public string? Owner { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public long? DeletedAt { get; init; }

    public required int LatestVersion { get; init; }

    /// <summary>Adds the tags: one query for all rows.</summary>
    public static async Task<IReadOnlyList<RegisteredModel>> LoadAsync(DbConnection connection, SqlDialect dialect, List<ModelRow> rows)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var tags = (
            await connection
                .QueryAsync<(string Model, string Key, string Value)>(
                    $"SELECT model, key, value FROM reg_model_tag WHERE {dialect.In("model", "@Names")}",
                    new { Names = rows.Select(r => r.Name).ToArray() }
                )
                .ConfigureAwait(false)
        ).ToLookup(t => t.Model, StringComparer.Ordinal);
        return
        [
            .. rows.Select(r => new RegisteredModel(r.Name, StoredTime.FromMicros(r.CreatedAt), r.LatestVersion)
            {
                UpdatedAt = StoredTime.FromMicros(r.UpdatedAt),
                Description = r.Description,
                Owner = r.Owner,
                Tags = tags[r.Name].ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal),
            }),
        ];
    }
}
