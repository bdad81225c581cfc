using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Keeps the words of a model in step with it, in the transaction that changes it.</summary>
internal static class ModelTerms
{
    public const string Name = "name";
    public const string Owner = "owner";
    public const string Tag = "tag";
    public const string Description = "description";
    public const string Column = "column";

    /// <summary>A description may be a book; so many words of each field are enough to find it by.</summary>
    private const int MaximumWords = 500;

    private const int RowsPerStatement = 200;

    public static async Task RefreshModelAsync(IUnitOfWork work, string model)
    {
        var (owner, description) = await work
            .Connection.QuerySingleAsync<(string? Owner, string? Description)>(
                "SELECT owner, description FROM reg_model WHERE name = @model",
                new { model },
                work.Transaction
            )
            .ConfigureAwait(false);
        var tags = await work
            .Connection.QueryAsync<(string Key, string Value)>(
                "SELECT key, value FROM reg_model_tag WHERE model = @model",
                new { model },
                work.Transaction
            )
            .ConfigureAwait(false);
        await work
            .Connection.ExecuteAsync("DELETE FROM reg_model_term WHERE model = @model AND version = 0", new { model }, work.Transaction)
            .ConfigureAwait(false);
        await InsertAsync(
                work,
                new(model, 0),
                [(Name, model), (Owner, owner), (Description, description), .. tags.Select(t => (Tag, (string?)$"{t.Key} {t.Value}"))]
            )
            .ConfigureAwait(false);
    }

    /// <param name="work">The transaction.</param>
    /// <param name="version">The version.</param>
    /// <param name="signature">Its signature when it is new; later changes leave the columns as they are.</param>
    public static async Task RefreshVersionAsync(IUnitOfWork work, ModelVersionId version, ModelSignature? signature = null)
    {
        var description = await work
            .Connection.ExecuteScalarAsync<string?>(
                "SELECT description FROM reg_model_version WHERE model = @Name AND version = @Version",
                version,
                work.Transaction
            )
            .ConfigureAwait(false);
        var tags = await work
            .Connection.QueryAsync<(string Key, string Value)>(
                "SELECT key, value FROM reg_model_version_tag WHERE model = @Name AND version = @Version",
                version,
                work.Transaction
            )
            .ConfigureAwait(false);
        await work
            .Connection.ExecuteAsync(
                $"DELETE FROM reg_model_term WHERE model = @Name AND version = @Version AND field <> '{Column}'",
                version,
                work.Transaction
            )
            .ConfigureAwait(false);
        var columns = signature is null ? [] : signature.Inputs.Concat(signature.Outputs).Select(c => (Column, (string?)c.Name));
        await InsertAsync(
                work,
                version,
                [(Description, description), .. tags.Select(t => (Tag, (string?)$"{t.Key} {t.Value}")), .. columns]
            )
            .ConfigureAwait(false);
    }

    public static Task RemoveAsync(IUnitOfWork work, ModelVersionId version) =>
        work.Connection.ExecuteAsync("DELETE FROM reg_model_term WHERE model = @Name AND version = @Version", version, work.Transaction);

    private static async Task InsertAsync(IUnitOfWork work, ModelVersionId version, (string Field, string? Text)[] texts)
    {
        var rows = texts
            .GroupBy(t => t.Field, StringComparer.Ordinal)
            .SelectMany(g =>
                g.SelectMany(t => Words.Of(t.Text)).Distinct(StringComparer.Ordinal).Take(MaximumWords).Select(w => (g.Key, w))
            );
        foreach (var chunk in rows.Chunk(RowsPerStatement))
        {
            var binder = new SqlBinder();
            var (model, number) = (binder.Bind(version.Name), binder.Bind(version.Version));
            var values = chunk.Select(r => $"({model}, {number}, {binder.Bind(r.Key)}, {binder.Bind(r.w)})");
            var sql = $"INSERT INTO reg_model_term (model, version, field, term) VALUES {string.Join(", ", values)} ON CONFLICT DO NOTHING";
            await work.Connection.ExecuteAsync(sql, binder.Parameters, work.Transaction).ConfigureAwait(false);
        }
    }
}
