using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>A small inverted index in the metadata database: the same answers on every database, and never behind the rows that it describes.</summary>
internal sealed class ModelDiscovery(IMetadataDatabase database) : IModelDiscovery
{
    private const int MaximumWords = 10;

    public Task<IReadOnlyList<ModelHit>> FindAsync(string text, int limit = 20, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        string[] words = [.. Words.Of(text).Take(MaximumWords)];
        return words.Length == 0
            ? Task.FromResult<IReadOnlyList<ModelHit>>([])
            : database.ReadAsync(connection => FindAsync(connection, words, limit, cancellationToken), cancellationToken);
    }

    private async Task<IReadOnlyList<ModelHit>> FindAsync(
        DbConnection connection,
        string[] words,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var models = await connection
            .ExecuteScalarAsync<long>(new("SELECT COUNT(*) FROM reg_model WHERE deleted_at IS NULL", cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        Dictionary<string, Candidate>? candidates = null;
        foreach (var word in words)
        {
            const string Sql = "SELECT model, version, field FROM reg_model_term WHERE term >= @word AND term < @end";
            var places = (
                await connection
                    .QueryAsync<(string Model, long Version, string Field)>(
                        new(Sql, new { word, end = word + '\uffff' }, cancellationToken: cancellationToken)
                    )
                    .ConfigureAwait(false)
            ).ToLookup(p => p.Model, StringComparer.Ordinal);
            var rarity = Math.Log(1 + ((double)models / Math.Max(1, places.Count)));
            candidates = (candidates?.Keys ?? places.Select(p => p.Key))
                .Where(places.Contains)
                .ToDictionary(m => m, m => (candidates?[m] ?? new()).With(rarity, places[m]), StringComparer.Ordinal);
        }

        Candidate[] best =
        [
            .. candidates!
                .Select(c => c.Value with { Model = c.Key })
                .OrderByDescending(c => c.Score)
                .ThenBy(c => c.Model, StringComparer.Ordinal)
                .Take(limit),
        ];
        var rows = (
            await connection
                .QueryAsync<ModelRow>(
                    new(
                        $"SELECT {ModelRow.Columns} FROM {ModelRow.From} WHERE {database.Dialect.In("m.name", "@Names")} AND m.deleted_at IS NULL",
                        new { Names = best.Select(c => c.Model).ToArray() },
                        cancellationToken: cancellationToken
                    )
                )
                .ConfigureAwait(false)
        ).AsList();
        var loaded = (await ModelRow.LoadAsync(connection, database.Dialect, rows).ConfigureAwait(false)).ToDictionary(
            m => m.Name,
            StringComparer.Ordinal
        );
        return [.. best.Where(c => loaded.ContainsKey(c.Model)).Select(c => c.ToHit(loaded[c.Model]))];
    }

    private sealed record Candidate
    {
        public string Model { get; init; } = string.Empty;

        public double Score { get; init; }

        private IReadOnlyCollection<string> Fields { get; init; } = [];

        private IReadOnlyCollection<int> Versions { get; init; } = [];

        public Candidate With(double rarity, IEnumerable<(string Model, long Version, string Field)> places) =>
            this with
            {
                Score = Score + (rarity * places.Max(p => WeightOf(p.Field))),
                Fields = [.. Fields.Union(places.Select(p => p.Field), StringComparer.Ordinal)],
                Versions = [.. Versions.Union(places.Where(p => p.Version > 0).Select(p => (int)p.Version))],
            };

        public ModelHit ToHit(RegisteredModel model) =>
            new(model, Score)
            {
                Fields = [.. Fields.OrderByDescending(WeightOf).ThenBy(f => f, StringComparer.Ordinal)],
                Versions = [.. Versions.OrderDescending()],
            };

        private static double WeightOf(string field) =>
            field switch
            {
                ModelTerms.Name => 8,
                ModelTerms.Owner or ModelTerms.Tag => 4,
                ModelTerms.Column => 3,
                _ => 1,
            };
    }
}
