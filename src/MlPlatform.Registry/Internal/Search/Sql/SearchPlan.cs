namespace MlPlatform.Registry.Internal;

/// <summary>A checked search: its tree, its order and where it goes on.</summary>
internal sealed class SearchPlan
{
    public SearchPlan(SearchRequest request)
    {
        Request = request;
        CheckTexts(request);
        var tree = SearchText.ParseFilter(request.Filter);
        if (tree is not null)
        {
            SearchRules.Check(tree, request.Schema);
        }

        Conjuncts = tree is null ? [] : [.. Split(tree)];
        Sorts = Resolve(request);
        Phases = [.. FindPhases()];
        Scope = request.ToScope();
        After = request.PageToken is null
            ? null
            : PageToken.Parse(request.PageToken, Scope, phase => Phases.Contains(phase) ? Terms(phase) : null);
    }

    public SearchRequest Request { get; }

    public SearchSchema Schema => Request.Schema;

    /// <summary>The conditions that all must hold.</summary>
    public IReadOnlyList<SearchNode> Conjuncts { get; }

    public IReadOnlyList<SearchSort> Sorts { get; }

    /// <summary>The phases that may find something.</summary>
    public IReadOnlyList<SearchPhase> Phases { get; }

    public string Scope { get; }

    /// <summary>The last thing of the page before.</summary>
    public PageToken? After { get; }

    /// <summary>What things of a phase are ordered by: values of the keys, with their ranks where they may be missing; then the schema's ties.</summary>
    public IReadOnlyList<SortTerm> Terms(SearchPhase phase)
    {
        var terms = new List<SortTerm>();
        for (var i = 0; i < Sorts.Count; i++)
        {
            var (field, isDescending) = (Sorts[i].Field, Sorts[i].IsDescending);
            var value = field.Attribute?.Sql ?? $"o{i}.value";
            if (i == 0)
            {
                // The phase is its rank.
                if (phase == SearchPhase.Value)
                {
                    terms.Add(new(value, field.Type, isDescending));
                }

                continue;
            }

            if (Sorts[i].IsNullable)
            {
                var notANumber = field.Table is { IsMetric: true } ? $"WHEN o{i}.is_nan = 1 THEN 1 " : string.Empty;
                terms.Add(new($"CASE WHEN {value} IS NULL THEN 2 {notANumber}ELSE 0 END", SearchType.Integer, false));
                var missing = field.Type switch
                {
                    SearchType.Text => "''",
                    SearchType.Number => "0.0",
                    _ => "0",
                };
                value = $"COALESCE({value}, {missing})";
            }

            terms.Add(new(value, field.Type, isDescending));
        }

        var ties = (Sorts.Count == 0 && Schema.Default is { } order ? Schema.Ties.Prepend(order) : Schema.Ties).Where(t =>
            !Sorts.Any(s => s.Field.Attribute == t.Attribute)
        );
        return [.. terms, .. ties.Select(t => new SortTerm(t.Attribute.Sql, t.Attribute.Type, t.IsDescending))];
    }

    /// <summary>Whether a condition is on the very value that the order begins with.</summary>
    public bool IsOnFirstSort(SearchNode node) =>
        node is SearchNode.Clause clause
        && Sorts.Count > 0
        && Sorts[0].Field.Table is not { IsPerDataset: true }
        && Schema.Resolve("filter", clause.Key) == Sorts[0].Field;

    /// <summary>Of what did not come through the grammar.</summary>
    private static void CheckTexts(SearchRequest request)
    {
        foreach (var order in request.Orders)
        {
            SearchText.CheckText("order", order.Key.Name);
        }

        var datasets = request.Datasets.Concat(request.Orders.Select(o => o.Dataset).OfType<LoggedModelDataset>());
        foreach (var text in request.ExperimentIds.Concat(request.Experiments).Concat(datasets.SelectMany(d => new[] { d.Name, d.Digest })))
        {
            SearchText.CheckText("scope", text ?? string.Empty);
        }
    }

    private static IEnumerable<SearchNode> Split(SearchNode node) => node is SearchNode.All all ? all.Operands.SelectMany(Split) : [node];

    private static List<SearchSort> Resolve(SearchRequest request)
    {
        var sorts = new List<SearchSort>();
        foreach (var order in request.Orders)
        {
            var field = request.Schema.Resolve("order", order.Key);
            if (field.Table is { HasKey: false })
            {
                throw new InvalidSearchException("order", order.Key.Position, $"'{order.Key}' may have many values and gives no order.");
            }

            if (sorts.Exists(s => s.Field == field && s.Dataset == order.Dataset))
            {
                throw new InvalidSearchException("order", order.Key.Position, $"'{order.Key}' is there twice.");
            }

            sorts.Add(new(field, order.IsDescending, order.Dataset));
        }

        return sorts;
    }

    private IEnumerable<SearchPhase> FindPhases()
    {
        var isMetric = Sorts.Count > 0 && Sorts[0].Field.Table is { IsMetric: true };
        var isNullable = Sorts.Count > 0 && Sorts[0].IsNullable;
        var clauses = Conjuncts.Where(IsOnFirstSort).Cast<SearchNode.Clause>().ToList();
        if (clauses.TrueForAll(c => c.Operator != SearchOperator.IsNull))
        {
            yield return SearchPhase.Value;
            if (isMetric && clauses.TrueForAll(c => c.Operator is SearchOperator.NotEqual or SearchOperator.IsNotNull))
            {
                yield return SearchPhase.NotANumber;
            }
        }

        if (isNullable && clauses.TrueForAll(c => c.Operator == SearchOperator.IsNull))
        {
            yield return SearchPhase.Missing;
        }
    }
}
