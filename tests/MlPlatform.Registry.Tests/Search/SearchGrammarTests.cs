using System.Text;
using CsCheck;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

public sealed class SearchGrammarTests
{
    private static readonly Gen<SearchNode> AnyTree = Gen.Recursive<SearchNode>(
        (depth, inner) =>
            depth >= 4
                ? AnyClause
                : Gen.OneOf(
                    AnyClause,
                    inner.Array[2, 4].Select(n => (SearchNode)new SearchNode.All(n)),
                    inner.Array[2, 4].Select(n => (SearchNode)new SearchNode.Any(n)),
                    inner.Where(n => n is not SearchNode.Not).Select(n => (SearchNode)new SearchNode.Not(n))
                )
    );

    private static Gen<string> AnyText => Gen.OneOf(Gen.String[Gen.Char["aZ0_.-'\"`%é \n()="], 0, 8], Gen.OneOf("😀", "AND", "not", "''"));

    private static Gen<SearchLiteral> AnyValue =>
        Gen.OneOf(
            AnyText.Select(t => new SearchLiteral(t, false, 0)),
            Gen.OneOf("0", "-1.5", "+2", "1e300", "1E-7", ".5", "3.").Select(t => new SearchLiteral(t, true, 0))
        );

    private static Gen<SearchNode> AnyClause =>
        from key in Gen.Select(Gen.OneOf<string?>(null, "metrics", "tags", "not", "x1"), AnyText, (e, n) => new SearchKey(e, n, 0))
        from sign in Gen.Enum<SearchOperator>()
        from values in AnyValue.Array[1, 4]
        let count = sign switch
        {
            SearchOperator.IsNull or SearchOperator.IsNotNull => 0,
            SearchOperator.In or SearchOperator.NotIn => values.Length,
            _ => 1,
        }
        select (SearchNode)new SearchNode.Clause(key, sign, values[..count], 0);

    [Fact]
    public void A_printed_tree_parses_to_itself() =>
        AnyTree
            .Where(t => Count(t) <= 100)
            .Sample(tree => SearchPrinter.AreEqual(tree, SearchText.ParseFilter(SearchPrinter.Print(tree))!), iter: 2000);

    [Theory]
    [InlineData("a = 'x' OR b = 'y' AND c = 'z'", "a = 'x' OR (b = 'y' AND c = 'z')")]
    [InlineData("NOT a = 'x' AND b = 'y'", "(NOT a = 'x') AND b = 'y'")]
    [InlineData("a = 'x' aNd b iLiKe 'y'", "a = 'x' AND b ILIKE 'y'")]
    [InlineData("(((a = 'x')))", "a = 'x'")]
    [InlineData("tags.\"a b\" = \"it's\"", "tags.`a b` = 'it''s'")]
    [InlineData("tags.mlflow.source.name = 'x'", "tags.`mlflow.source.name` = 'x'")]
    [InlineData("metrics.0.x>=-1.5e3", "metrics.`0.x` >= -1.5e3")]
    [InlineData("\"a\" IN('x','y')", "a IN ('x', 'y')")]
    [InlineData("\n\ta\r\n=\u00a0'x'", "a = 'x'")]
    public void Texts_that_mean_the_same_have_one_tree(string a, string b) =>
        Assert.True(SearchPrinter.AreEqual(SearchText.ParseFilter(a)!, SearchText.ParseFilter(b)!));

    [Theory]
    [InlineData("params.a", 8, "an operator")]
    [InlineData("params.a =", 10, "a number or a quoted text")]
    [InlineData("params.a = foo", 11, "a number or a quoted text")]
    [InlineData("params.a = 'x", 11, "is not closed")]
    [InlineData("params.a = \"x", 11, "is not closed")]
    [InlineData("`params = 'x'", 0, "is not closed")]
    [InlineData("params. = 'x'", 0, "after the dot")]
    [InlineData("params.a = 'x' AND", 18, "a key or '('")]
    [InlineData("params.a = 'x' OR OR b = 'y'", 21, "an operator")]
    [InlineData("params.a = 'x' b = 'y'", 15, "AND, OR or the end")]
    [InlineData("params.a = 'x'; DROP TABLE reg_run", 14, "no meaning")]
    [InlineData("params.a = 'x' -- ", 15, "not complete")]
    [InlineData("params.a == 'x'", 10, "a number or a quoted text")]
    [InlineData("params.a <> 'x'", 10, "a number or a quoted text")]
    [InlineData("params.a ! 'x'", 9, "no meaning")]
    [InlineData("(params.a = 'x'", 15, "')'")]
    [InlineData("params.a = 'x')", 14, "AND, OR or the end")]
    [InlineData("()", 1, "a key or '('")]
    [InlineData("NOT", 3, "a key or '('")]
    [InlineData("NOT NOT a = 'x'", 8, "an operator")]
    [InlineData("a IN ()", 6, "a number or a quoted text")]
    [InlineData("a IN ('x',)", 10, "a number or a quoted text")]
    [InlineData("a IN ('x' 'y')", 10, "',' or ')'")]
    [InlineData("a IN 'x'", 5, "'('")]
    [InlineData("a NOT LIKE 'x'", 6, "IN")]
    [InlineData("a IS 'x'", 5, "NULL")]
    [InlineData("a IS NOT", 8, "NULL")]
    [InlineData("1 = 1", 0, "a key or '('")]
    [InlineData("metrics.x = 1e", 12, "not complete")]
    [InlineData("metrics.x = 1x", 13, "AND, OR or the end")]
    [InlineData("tags.a-b = 'x'", 6, "not complete")]
    [InlineData("a = '\0'", 5, "not allowed")]
    [InlineData("a = '😀' AND 😀", 13, "'😀' has no meaning")]
    public void A_malformed_filter_says_where_and_what_was_expected(string filter, int position, string message) =>
        AssertRefused(() => SearchText.ParseFilter(filter), "filter", position, message);

    [Theory]
    [InlineData("metrics.a > 'x'", 12, "a number without quotes")]
    [InlineData("start_time > 'x'", 13, "a number without quotes")]
    [InlineData("params.a = 3", 11, "a text in quotes")]
    [InlineData("status IN ('x', 3)", 16, "a text in quotes")]
    [InlineData("metrics.a LIKE 3", 10, "takes only = != > >= < <=")]
    [InlineData("metrics.a IN (3)", 10, "takes only = != > >= < <=")]
    [InlineData("metrics.a = 1e999", 12, "too large")]
    [InlineData("params.a > '3'", 9, "takes only = != LIKE ILIKE")]
    [InlineData("params.a IN ('3')", 9, "takes only = != LIKE ILIKE")]
    [InlineData("foo.a = 'x'", 0, "runs have no 'foo.a'")]
    [InlineData("foo = 'x'", 0, "run_name")]
    [InlineData("attributes.foo = 'x'", 0, "run_name")]
    [InlineData("datasets.foo = 'x'", 0, "digest")]
    [InlineData("status = 'x' OR (NOT foo = 'x')", 21, "runs have no 'foo'")]
    public void A_filter_that_runs_do_not_take_says_where_and_what_was_expected(string filter, int position, string message) =>
        AssertRefused(() => SearchRules.Check(SearchText.ParseFilter(filter)!, RunSchema.Instance), "filter", position, message);

    [Theory]
    [InlineData("", 0, "a key")]
    [InlineData("metrics.a UP", 10, "ASC, DESC or the end")]
    [InlineData("metrics.a ASC DESC", 14, "ASC, DESC or the end")]
    [InlineData("metrics.a, metrics.b", 9, "ASC, DESC or the end")]
    [InlineData("DESC DESC DESC", 10, "the end")]
    [InlineData("'a'", 0, "a key")]
    public void A_malformed_order_says_where_and_what_was_expected(string order, int position, string message) =>
        AssertRefused(() => SearchText.ParseOrders([order]), "order", position, message);

    [Theory]
    [InlineData("foo", "runs have no 'foo'")]
    [InlineData("datasets.name", "many values")]
    public void An_order_by_what_runs_do_not_have_is_refused(string order, string message) =>
        AssertRefused(() => Plan(order), "order", 0, message);

    [Fact]
    public void A_key_that_is_in_the_order_twice_is_refused_under_any_name()
    {
        AssertRefused(() => Plan("metrics.a", "metric.`a` DESC"), "order", 0, "twice");
        AssertRefused(() => Plan("start_time", "attributes.Created DESC"), "order", 0, "twice");
        AssertRefused(() => SearchText.ParseOrders([.. Enumerable.Range(0, 11).Select(i => $"metrics.m{i}")]), "order", 0, "at most 10");
    }

    [Fact]
    public void Limits_of_depth_clauses_and_length_hold_to_the_last()
    {
        static string Deep(int n) => new string('(', n) + "a IN ('x')" + new string(')', n);
        static string Many(int n) => string.Join(" AND ", Enumerable.Repeat("a = 'x'", n));
        static string Long(int n) => "a = '" + new string('x', n - 6) + "'";

        Assert.NotNull(SearchText.ParseFilter(Deep(32)));
        AssertRefused(() => SearchText.ParseFilter(Deep(33)), "filter", 32, "more than 32");
        Assert.NotNull(SearchText.ParseFilter(Many(100)));
        AssertRefused(() => SearchText.ParseFilter(Many(101)), "filter", 0, "more than 100");
        Assert.NotNull(SearchText.ParseFilter(Long(16_384)));
        AssertRefused(() => SearchText.ParseFilter(Long(16_385)), "filter", 16_384, "at most 16384");
        AssertRefused(() => SearchText.ParseFilter(new string('(', 16_384)), "filter", 32, "more than 32");
        AssertRefused(() => SearchText.ParseFilter("a IN " + new string('(', 16_000)), "filter", 6, "a number or a quoted text");
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        AssertRefused(() => SearchText.ParseFilter("a = '" + '\ud83d' + "'"), "filter", 5, "not allowed");

    [Fact]
    public void Any_text_is_a_filter_or_the_typed_error()
    {
        string[] pieces =
        [
            "AND",
            "OR",
            "NOT",
            "IN",
            "IS",
            "NULL",
            "LIKE",
            "(",
            ")",
            ",",
            "'",
            "\"",
            "`",
            "=",
            "!=",
            "<",
            ">",
            "!",
            ".",
            "-",
            "1e",
            "5",
            "metrics",
            "metrics.a",
            "params.",
            "tags.`x`",
            "'x'",
            "\"y\"",
            " ",
            "\t",
            ";",
            "--",
            "é",
            "😀",
            "\0",
            "a b",
            "''",
            "1.5",
            "status",
        ];
        var mutated = Gen.Select(SearchGenerators.Filter, Gen.Int[0, 1000], Gen.Int[0, 4], Gen.OneOf(pieces), Mutate);
        Gen.OneOf(Gen.String[0, 60], Gen.OneOf(pieces).Array[0, 30].Select(p => string.Concat(p)), mutated)
            .Sample(
                text =>
                {
                    try
                    {
                        if (SearchText.ParseFilter(text) is { } tree)
                        {
                            SearchRules.Check(tree, RunSchema.Instance);
                        }

                        SearchText.ParseOrders([text]);
                    }
                    catch (InvalidSearchException e)
                    {
                        Assert.InRange(e.Position, 0, text.Length);
                    }
                },
                iter: 20_000
            );
    }

    [Fact]
    public async Task The_longest_texts_are_read_in_bounded_time()
    {
        string[] repeated =
        [
            "(",
            ")",
            "'",
            "''",
            "\"",
            "`",
            "a",
            "a.",
            "1",
            "-",
            "!",
            "NOT ",
            "a = 'x' AND ",
            "a IN ('x',",
            "(a = 'x' OR ",
            "1e",
            ".",
            "\n",
        ];
        var all = Task.Run(
            () =>
            {
                foreach (var piece in repeated)
                {
                    var text = new StringBuilder().Insert(0, piece, 16_384 / piece.Length).ToString();
                    Assert.True(string.IsNullOrWhiteSpace(text) || Refuses(text), piece);
                }
            },
            TestContext.Current.CancellationToken
        );

        // Not a measurement: what is not linear here would take hours.
        await all.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private static bool Refuses(string text)
    {
        try
        {
            return SearchText.ParseFilter(text) is null;
        }
        catch (InvalidSearchException)
        {
            return true;
        }
    }

    private static string Mutate(SearchNode tree, int at, int length, string piece)
    {
        var text = SearchPrinter.Print(tree);
        var start = at % (text.Length + 1);
        return text.Remove(start, Math.Min(length, text.Length - start)).Insert(start, piece);
    }

    private static int Count(SearchNode node) =>
        node switch
        {
            SearchNode.All all => all.Operands.Sum(Count),
            SearchNode.Any any => any.Operands.Sum(Count),
            SearchNode.Not not => Count(not.Operand),
            _ => 1,
        };

    private static SearchPlan Plan(params string[] orders) =>
        new(
            new()
            {
                Schema = RunSchema.Instance,
                Orders = SearchText.ParseOrders(orders),
                Limit = 1,
            }
        );

    private static void AssertRefused(Action read, string part, int position, string message)
    {
        var error = Assert.Throws<InvalidSearchException>(read);
        Assert.Equal((part, position), (error.Part, error.Position));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(Func<object?> read, string part, int position, string message) =>
        AssertRefused(
            () =>
            {
                _ = read();
            },
            part,
            position,
            message
        );
}
