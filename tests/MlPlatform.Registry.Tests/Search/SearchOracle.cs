using System.Globalization;
using System.Text;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

/// <summary>What a search of runs means, plainly.</summary>
internal static class SearchOracle
{
    public static IEnumerable<OracleRun> Find(IEnumerable<OracleRun> runs, SearchNode? filter, IReadOnlyList<SearchOrderKey> orders)
    {
        var found = runs.Where(r => filter is null || Holds(filter, r)).ToList();
        found.Sort((a, b) => Compare(a, b, orders));
        return found;
    }

    private static bool Holds(SearchNode node, OracleRun run) =>
        node switch
        {
            SearchNode.All all => all.Operands.All(n => Holds(n, run)),
            SearchNode.Any any => any.Operands.Any(n => Holds(n, run)),
            SearchNode.Not not => !Holds(not.Operand, run),
            SearchNode.Clause clause => Holds(clause, run),
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    private static bool Holds(SearchNode.Clause clause, OracleRun run)
    {
        var value = Value(clause.Key, run);
        return clause.Operator switch
        {
            SearchOperator.IsNull => value is null,
            SearchOperator.IsNotNull => value is not null,
            _ when value is null => false,
            _ when value is string text => Holds(clause, text),
            _ => Holds(clause, value is long time ? Math.Floor(time / 1000.0) : (double)value),
        };
    }

    private static bool Holds(SearchNode.Clause clause, string text)
    {
        var first = clause.Values[0].Text;
        return clause.Operator switch
        {
            SearchOperator.Equal => text == first,
            SearchOperator.NotEqual => text != first,
            SearchOperator.Like => IsLike([.. text.EnumerateRunes()], [.. first.EnumerateRunes()]),
            SearchOperator.ILike => IsLike([.. text.ToLowerInvariant().EnumerateRunes()], [.. first.ToLowerInvariant().EnumerateRunes()]),
            SearchOperator.In => clause.Values.Any(v => v.Text == text),
            SearchOperator.NotIn => clause.Values.All(v => v.Text != text),
            _ => throw new ArgumentOutOfRangeException(nameof(clause)),
        };
    }

    private static bool Holds(SearchNode.Clause clause, double number)
    {
        var other = double.Parse(clause.Values[0].Text, CultureInfo.InvariantCulture);
        return clause.Operator switch
        {
            SearchOperator.Equal => number == other,
            SearchOperator.NotEqual => number != other,
            SearchOperator.Greater => number > other,
            SearchOperator.GreaterOrEqual => number >= other,
            SearchOperator.Less => number < other,
            _ => number <= other,
        };
    }

    private static bool IsLike(ReadOnlySpan<Rune> text, ReadOnlySpan<Rune> pattern)
    {
        if (pattern.IsEmpty)
        {
            return text.IsEmpty;
        }

        if (pattern[0].Value == '%')
        {
            return IsLike(text, pattern[1..]) || (!text.IsEmpty && IsLike(text[1..], pattern));
        }

        return !text.IsEmpty && (pattern[0].Value == '_' || pattern[0] == text[0]) && IsLike(text[1..], pattern[1..]);
    }

    /// <summary>A text, a number, microseconds, or null when it is missing.</summary>
    private static object? Value(SearchKey key, OracleRun run) =>
        (key.Entity, key.Name) switch
        {
            ("metrics", _) => run.Metrics.TryGetValue(key.Name, out var metric) ? metric : null,
            ("params", _) => run.Params.GetValueOrDefault(key.Name),
            ("tag" or "tags", _) => run.Tags.GetValueOrDefault(key.Name),
            ("datasets", "name") => run.Dataset?.Name,
            ("datasets", "digest") => run.Dataset?.Digest,
            ("datasets", "context") => run.Dataset?.Context,
            (_, "start_time" or "created") => run.Start,
            (_, "end_time") => run.End,
            (_, "status") => run.Status,
            _ => run.Name,
        };

    private static int Compare(OracleRun a, OracleRun b, IReadOnlyList<SearchOrderKey> orders)
    {
        foreach (var order in orders)
        {
            var (x, y) = (Value(order.Key, a), Value(order.Key, b));
            var rank = Rank(x).CompareTo(Rank(y));
            var both =
                rank != 0 ? rank
                : Rank(x) > 0 ? 0
                : CompareValues(x!, y!) * (order.IsDescending ? -1 : 1);
            if (both != 0)
            {
                return both;
            }
        }

        var start = b.Start.CompareTo(a.Start);
        return start != 0 ? start : string.CompareOrdinal(a.Id, b.Id);
    }

    private static int Rank(object? value) =>
        value switch
        {
            null => 2,
            double.NaN => 1,
            _ => 0,
        };

    /// <summary>Texts by code point, as UTF-8 orders them.</summary>
    private static int CompareValues(object x, object y) =>
        x is string text
            ? Encoding.UTF8.GetBytes(text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes((string)y))
            : ((IComparable)x).CompareTo(y);
}
