using System.Globalization;
using CsCheck;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

/// <summary>Random filters, legal for runs.</summary>
internal static class SearchGenerators
{
    /// <summary>Case, wildcards, quotes, characters beyond one unit, texts that differ only after what an index holds.</summary>
    public static readonly string[] Texts =
    [
        "",
        "a",
        "A",
        "Ab",
        "aB",
        "é",
        "É",
        "ß",
        "a%b",
        "a_b",
        "a*b",
        "[x]",
        "it's",
        "say \"`\"",
        "line\nline",
        "😀",
        "\uFB00",
        new('x', 120),
        new string('x', 120) + "y",
        new string('x', 99),
    ];

    public static readonly double[] Numbers = [0, 1, -1.5, 2, 1e300, -1e-300, 0.1];

    /// <summary>Microseconds; some within one millisecond, some before the epoch.</summary>
    public static readonly long[] Times = [1_000_000, 1_000_400, 1_001_000, 2_000_000, 0, -1, -1_500, 5_000_000_000_000];

    private static readonly Gen<string> Pattern = Gen.OneOf(
        Gen.OneOf(Texts),
        Gen.OneOf("%", "_", "a%", "%b", "A_", "É%", "%*%", "%[x]%", "_%_", "%%%a%%", "😀_", "x%y", "\\%")
    );

    private static readonly Gen<SearchNode> TextClause =
        from key in Gen.OneOf(
            Gen.OneOf("p", "q q").Select(k => new SearchKey("params", k, 0)),
            Gen.OneOf("p", "t.u").Select(k => new SearchKey("tag", k, 0))
        )
        from sign in Gen.OneOf(SearchOperator.Equal, SearchOperator.NotEqual, SearchOperator.Like, SearchOperator.ILike)
        from text in sign is SearchOperator.Like or SearchOperator.ILike ? Pattern : Gen.OneOf(Texts)
        select (SearchNode)new SearchNode.Clause(key, sign, [new(text, false, 0)], 0);

    private static readonly Gen<SearchNode> ListClause =
        from key in Gen.OneOf(
            Gen.OneOf("run_name", "Run Name").Select(k => new SearchKey(null, k, 0)),
            Gen.OneOf("status").Select(k => new SearchKey("attr", k, 0)),
            Gen.OneOf("name", "digest", "context").Select(k => new SearchKey("datasets", k, 0))
        )
        from sign in Gen.OneOf(SearchOperator.In, SearchOperator.NotIn, SearchOperator.Equal, SearchOperator.NotEqual, SearchOperator.ILike)
        from texts in Gen.OneOf([.. Texts, "FINISHED", "FAILED"]).Array[1, 3]
        let values = sign is SearchOperator.In or SearchOperator.NotIn ? texts : texts[..1]
        select (SearchNode)new SearchNode.Clause(key, sign, [.. values.Select(v => new SearchLiteral(v, false, 0))], 0);

    private static readonly Gen<SearchOperator> Comparison = Gen.OneOf(
        SearchOperator.Equal,
        SearchOperator.NotEqual,
        SearchOperator.Greater,
        SearchOperator.GreaterOrEqual,
        SearchOperator.Less,
        SearchOperator.LessOrEqual
    );

    private static readonly Gen<SearchNode> MetricClause =
        from key in Gen.OneOf("m", "n/2")
        from sign in Comparison
        from number in Gen.OneOf(Numbers)
        select (SearchNode)Number(new("metrics", key, 0), sign, number);

    private static readonly Gen<SearchNode> TimeClause =
        from key in Gen.OneOf("start_time", "end_time", "created")
        from sign in Comparison
        from time in Gen.OneOf(Times)
        from part in Gen.OneOf(0, 0, 0.5)
        select (SearchNode)Number(new(null, key, 0), sign, Math.Floor(time / 1000.0) + part);

    private static readonly Gen<SearchNode> NullClause =
        from key in Gen.OneOf(
            new SearchKey("metrics", "m", 0),
            new SearchKey("params", "p", 0),
            new SearchKey("tags", "t.u", 0),
            new SearchKey(null, "end_time", 0),
            new SearchKey(null, "status", 0),
            new SearchKey("datasets", "name", 0)
        )
        from sign in Gen.OneOf(SearchOperator.IsNull, SearchOperator.IsNotNull)
        select (SearchNode)new SearchNode.Clause(key, sign, [], 0);

    private static readonly Gen<SearchNode> Clause = Gen.OneOf(TextClause, ListClause, MetricClause, MetricClause, TimeClause, NullClause);

    public static Gen<SearchNode> Filter { get; } =
        Gen.Recursive<SearchNode>(
            (depth, inner) =>
                depth >= 3
                    ? Clause
                    : Gen.OneOf(
                        Clause,
                        inner.Array[2, 3].Select(n => (SearchNode)new SearchNode.All(n)),
                        inner.Array[2, 3].Select(n => (SearchNode)new SearchNode.All(n)),
                        inner.Array[2, 3].Select(n => (SearchNode)new SearchNode.Any(n)),
                        inner.Where(n => n is not SearchNode.Not).Select(n => (SearchNode)new SearchNode.Not(n))
                    )
        );

    public static Gen<SearchOrderKey[]> Orders { get; } =
        Gen.Select(
                Gen.Shuffle(
                    new SearchKey[]
                    {
                        new("metrics", "m", 0),
                        new("metrics", "n/2", 0),
                        new("params", "p", 0),
                        new("tags", "t.u", 0),
                        new(null, "end_time", 0),
                        new(null, "start_time", 0),
                        new(null, "run_name", 0),
                        new(null, "status", 0),
                    }
                ),
                Gen.Int[0, 3],
                Gen.Bool.Array[3]
            )
            .Select((keys, count, descending) => keys.Take(count).Select((k, i) => new SearchOrderKey(k, descending[i])).ToArray());

    private static SearchNode.Clause Number(SearchKey key, SearchOperator sign, double number) =>
        new SearchNode.Clause(key, sign, [new(number.ToString("R", CultureInfo.InvariantCulture), true, 0)], 0);
}
