using CsCheck;
using MlPlatform.Features.Internal;

namespace MlPlatform.Features.Tests;

public sealed class SequenceRangesTests
{
    [Fact]
    public void Ranges_hold_exactly_what_was_added_in_any_order() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 6])
            .Array[0, 20]
            .Sample(added =>
            {
                var ranges = new SequenceRanges();
                var expected = new HashSet<long>();
                foreach (var (first, length) in added)
                {
                    ranges.Add(first, first + length);
                    expected.UnionWith(Enumerable.Range(first, length + 1).Select(i => (long)i));
                }

                var read = SequenceRanges.Parse(ranges.ToString());
                var runs = expected.Count(i => !expected.Contains(i - 1));
                return Enumerable.Range(0, 60).All(i => read.Contains(i) == expected.Contains(i))
                    && ranges.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries).Length == runs;
            });
}
