using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Finds a conjunct that few things hold, by looking at the first entries of its index.</summary>
/// <remarks>
/// The order's index is best when much is found, the clause's when little is; a look at 10,000 entries costs milliseconds and tells which. Databases
/// estimate this badly for values that they see as parameters.
/// </remarks>
internal static class SearchDriver
{
    /// <summary>Where both ways cost the same for a page of 100 of 1,000,000 things: the order's index is read as far as the clause is rare.</summary>
    public const int FewRows = 10_000;

    private const int MaximumLooks = 8;

    /// <returns>A statement that counts the rows of each candidate, up to a few more than few; null without candidates.</returns>
    public static (string Sql, DynamicParameters Parameters)? Write(
        SearchPlan plan,
        SqlDialect dialect,
        IReadOnlyList<string> experiments,
        IReadOnlyList<SearchNode.Clause> candidates,
        int fewRows
    )
    {
        var binder = new SqlBinder();
        var conditions = new SearchConditions(plan.Schema, dialect, binder, []);
        var looks = candidates.Select(
            (clause, i) =>
            {
                var field = plan.Schema.Resolve("filter", clause.Key);
                var within = $"r.experiment_id IN {binder.BindList(experiments)}";
                var from = field switch
                {
                    { Table: { } table } =>
                        $"{table.Name} r WHERE {within}{conditions.Keyed("r", field)}{ByIndex(conditions, clause, field)}",
                    { Type: SearchType.Text } => $"{plan.Schema.Table} r WHERE {conditions.Write(clause)}", // By id, in any experiment.
                    _ => $"{plan.Schema.Table} r WHERE {within} AND {conditions.Write(clause)}",
                };
                return $"SELECT {i} AS I, COUNT(*) AS N FROM (SELECT 1 AS one FROM {from} LIMIT {binder.Bind(fewRows + 1)}) x{i}";
            }
        );
        return candidates.Count == 0 ? null : (string.Join(" UNION ALL ", looks), binder.Parameters);
    }

    /// <summary>The conjuncts whose rows an index finds, by value or at least by key.</summary>
    public static IReadOnlyList<SearchNode.Clause> Candidates(SearchPlan plan) =>
        [.. plan.Conjuncts.OfType<SearchNode.Clause>().Where(c => IsCandidate(c, plan.Schema.Resolve("filter", c.Key))).Take(MaximumLooks)];

    /// <summary>The candidate with the fewest rows, if they are few.</summary>
    public static SearchNode.Clause? Choose(
        IReadOnlyList<SearchNode.Clause> candidates,
        IEnumerable<(long Index, long Count)> counts,
        int fewRows
    )
    {
        var (index, count) = counts.MinBy(c => c.Count);
        return count <= fewRows ? candidates[(int)index] : null;
    }

    private static bool IsCandidate(SearchNode.Clause clause, SearchField field) =>
        field.Table is { } table
            ? table.IsIndexed && clause.Operator != SearchOperator.IsNull
            : field.Attribute!.IsIndexed
                && (field.Type != SearchType.Text || clause.Operator is SearchOperator.Equal or SearchOperator.In)
                && clause.Operator is not (SearchOperator.NotEqual or SearchOperator.IsNull or SearchOperator.IsNotNull);

    /// <summary>What the index can tell of a clause; of another, that the key is there.</summary>
    private static string ByIndex(SearchConditions conditions, SearchNode.Clause clause, SearchField field) =>
        clause.Operator == SearchOperator.Equal
        || (field.Table!.IsMetric && clause.Operator is not (SearchOperator.NotEqual or SearchOperator.IsNotNull))
            ? $" AND {conditions.HoldsByIndex(clause, "r")}"
            : string.Empty;
}
