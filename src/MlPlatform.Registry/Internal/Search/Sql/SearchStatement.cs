using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Writes the statement of one phase of a search.</summary>
/// <remarks>
/// <para>
/// Within one or a few experiments (arms) the statement says what drives it, since not every database estimates well: the rows of a selective clause
/// (<paramref name="driver"/>), else the index of the first sort key, else the things by their own index. <c>CROSS JOIN</c> is the portable way: SQLite then
/// keeps the order of the tables, PostgreSQL ignores it and decides by its statistics.
/// </para>
/// <para>A page begins after the tuple of the last thing's sort values, so rows that come in meanwhile never shift it.</para>
/// </remarks>
/// <param name="plan">The search.</param>
/// <param name="dialect">The database's.</param>
/// <param name="experiments">What the things must belong to; null searches everything.</param>
/// <param name="driver">A conjunct of which few rows are known to hold.</param>
internal sealed class SearchStatement(SearchPlan plan, SqlDialect dialect, IReadOnlyList<string>? experiments, SearchNode.Clause? driver)
{
    /// <summary>So many experiments are searched one by one.</summary>
    public const int MaximumArms = 16;

    private const string Arm = "@arm";
    private readonly SqlBinder binder = new();
    private readonly List<string> sources = [];
    private readonly List<string> where = [];
    private SearchConditions conditions = null!;

    private bool HasArms => experiments is { Count: <= MaximumArms };

    /// <summary>The statement and its values, at most <paramref name="limit"/> rows of a phase after a place.</summary>
    public (string Sql, DynamicParameters Parameters) Write(SearchPhase phase, PageToken? after, int limit)
    {
        conditions = new(plan.Schema, dialect, binder, plan.Request.Datasets);
        var terms = plan.Terms(phase);
        AddSources(phase);
        AddConditions(phase);
        if (after is not null)
        {
            AddAfter(terms, after.Values, phase);
        }

        var ids = plan.Schema.Id.Select((c, i) => $"r.{c} AS K{i}");
        var columns = string.Join(", ", ids.Concat(terms.Select((t, i) => $"{t.Sql} AS S{i}")));
        var order = terms.Select(t => t.Order(t.Sql));
        if (IsDrivenByText(phase))
        {
            order = order.Prepend(terms[0].Order(SearchTable.Prefix(terms[0].Sql)));
        }

        var sql =
            $"SELECT {columns} FROM {string.Join(string.Empty, sources)} WHERE {string.Join(" AND ", where)} "
            + $"ORDER BY {string.Join(", ", order)} LIMIT {binder.Bind(limit)}";
        return (Unite(sql, terms, limit), binder.Parameters);
    }

    /// <summary>The same statement for each experiment, merged.</summary>
    private string Unite(string sql, IReadOnlyList<SortTerm> terms, int limit)
    {
        if (!HasArms)
        {
            return sql;
        }

        var arms = experiments!.Select(e => sql.Replace(Arm, binder.Bind(e), StringComparison.Ordinal)).ToList();
        return arms.Count == 1
            ? arms[0]
            : $"SELECT * FROM ({string.Join(" UNION ALL ", arms.Select((a, i) => $"SELECT * FROM ({a}) a{i}"))}) u "
                + $"ORDER BY {string.Join(", ", terms.Select((t, i) => t.Order($"S{i}")))} LIMIT {binder.Bind(limit)}";
    }

    private void AddSources(SearchPhase phase)
    {
        var first = plan.Sorts.Count > 0 ? plan.Sorts[0] : null;
        var hasFirst = first?.Field.Table is not null && phase != SearchPhase.Missing;
        var driving = driver is null ? null : plan.Schema.Resolve("filter", driver.Key);
        if (driving?.Table is { } table)
        {
            AddDriver("d", driving);
            where.Add(conditions.HoldsByIndex(driver!, "d"));
            Join(plan.Schema.Table + " r");
            where.Add(table.Belongs("d"));
            conditions.Driving = ("d", table);
        }
        else if (driver is null && hasFirst && HasArms && first!.Field.Table!.IsIndexed)
        {
            AddDriver("o0", first.Field);
            Join(plan.Schema.Table + " r");
            where.Add(first.Field.Table.Belongs("o0"));
            conditions.Driving = ("o0", first.Field.Table);
            hasFirst = false;
        }
        else
        {
            Join(plan.Schema.Table + " r");
            AddScope();
        }

        if (hasFirst)
        {
            Join($"{first!.Field.Table!.Name} o0");
            where.Add(conditions.Match("o0", first.Field, first.Datasets) + Latest("o0", first));
        }

        for (var i = 1; i < plan.Sorts.Count; i++)
        {
            if (plan.Sorts[i].Field.Table is { } other)
            {
                var alias = $"o{i}";
                var match = conditions.Match(alias, plan.Sorts[i].Field, plan.Sorts[i].Datasets) + Latest(alias, plan.Sorts[i]);
                sources.Add($" LEFT JOIN {other.Name} {alias} ON {match}");
            }
        }
    }

    private void AddDriver(string alias, SearchField field)
    {
        Join($"{field.Table!.Name} {alias}");
        where.Add($"{alias}.experiment_id = {Arm}{conditions.Keyed(alias, field)}");
    }

    private void Join(string source) =>
        sources.Add(
            sources.Count == 0 ? source
            : HasArms ? $" CROSS JOIN {source}"
            : $" JOIN {source} ON 1 = 1"
        );

    private void AddScope()
    {
        if (HasArms)
        {
            where.Add($"r.experiment_id = {Arm}");
        }
        else if (experiments is not null)
        {
            where.Add($"r.experiment_id IN ({binder.BindMany(experiments, dialect)})");
        }
    }

    private void AddConditions(SearchPhase phase)
    {
        if (plan.Request.View != LifecycleView.All)
        {
            where.Add(plan.Request.View == LifecycleView.ActiveOnly ? "r.deleted_at IS NULL" : "r.deleted_at IS NOT NULL");
        }

        if (plan.Request.Datasets.Count > 0)
        {
            var metrics = plan.Schema.Tables[SearchEntity.Metric];
            where.Add(
                $"EXISTS (SELECT 1 FROM {metrics.Name} c WHERE {metrics.Belongs("c")}{conditions.Measured("c", metrics, plan.Request.Datasets)})"
            );
        }

        AddPhase(phase);

        // What is equal to a text is rarer than what is greater than a number; a database that asks in the order of writing asks less.
        foreach (
            var conjunct in plan.Conjuncts.OrderBy(c =>
                c is SearchNode.Clause { Operator: SearchOperator.Equal or SearchOperator.In } ? 0 : 1
            )
        )
        {
            var isDone = ReferenceEquals(conjunct, driver) && plan.Schema.Resolve("filter", driver!.Key).Table is not null;
            if (!isDone)
            {
                var isDirect = phase != SearchPhase.Missing && plan.IsOnFirstSort(conjunct) && plan.Sorts[0].Field.Table is not null;
                where.Add(isDirect ? conditions.Holds((SearchNode.Clause)conjunct, "o0") : conditions.Write(conjunct));
            }
        }

        if (where.Count == 0)
        {
            where.Add("1 = 1");
        }
    }

    private void AddPhase(SearchPhase phase)
    {
        if (plan.Sorts.Count == 0 || !plan.Sorts[0].IsNullable)
        {
            return;
        }

        var first = plan.Sorts[0];
        if (first.Field.Table is not { } table)
        {
            where.Add($"{first.Field.Attribute!.Sql} IS {(phase == SearchPhase.Missing ? "NULL" : "NOT NULL")}");
        }
        else if (phase == SearchPhase.Missing)
        {
            where.Add($"NOT EXISTS (SELECT 1 FROM {table.Name} c WHERE {conditions.Match("c", first.Field, first.Datasets)})");
        }
        else if (table.IsMetric)
        {
            where.Add($"o0.is_nan = {(phase == SearchPhase.NotANumber ? 1 : 0)}");
        }
    }

    /// <summary>Of a metric that was measured on several datasets, the latest.</summary>
    private string Latest(string alias, SearchSort sort)
    {
        const string Place = "({0}.step, {0}.at, {0}.dataset_name, {0}.dataset_digest)";
        static string At(string alias) => Place.Replace("{0}", alias, StringComparison.Ordinal);
        return sort.Field.Table!.IsPerDataset
            ? $" AND NOT EXISTS (SELECT 1 FROM {sort.Field.Table.Name} n WHERE {conditions.Match("n", sort.Field, sort.Datasets)}"
                + $" AND {At("n")} > {At(alias)})"
            : string.Empty;
    }

    /// <summary>Expanded, since the directions may differ; the bound on the first term alone is what an index is entered with.</summary>
    private void AddAfter(IReadOnlyList<SortTerm> terms, IReadOnlyList<object> values, SearchPhase phase)
    {
        var bound = values.Select(binder.Bind).ToList();
        var after = string.Empty;
        for (var i = terms.Count - 1; i >= 0; i--)
        {
            var beyond = $"{terms[i].Sql} {(terms[i].IsDescending ? "<" : ">")} {bound[i]}";
            after = after.Length == 0 ? beyond : $"({beyond} OR ({terms[i].Sql} = {bound[i]} AND {after}))";
        }

        var sign = terms[0].IsDescending ? "<=" : ">=";
        where.Add($"{terms[0].Sql} {sign} {bound[0]}");
        if (IsDrivenByText(phase))
        {
            where.Add($"{SearchTable.Prefix(terms[0].Sql)} {sign} {SearchTable.Prefix(bound[0])}");
        }

        where.Add(after);
    }

    private bool IsDrivenByText(SearchPhase phase) =>
        driver is null
        && HasArms
        && phase == SearchPhase.Value
        && plan.Sorts is [{ Field.Table: { IsIndexed: true, IsMetric: false } }, ..];
}
