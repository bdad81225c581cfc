using System.Numerics;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The sum and the number of values. Integers are added up in 128 bits, which hold every sum that there can be.</summary>
internal readonly record struct Total<T>(T Sum, long Count) : IFold<Total<T>>
    where T : struct, INumber<T>
{
    public static Total<T> Join(Total<T> before, Total<T> after) => new(before.Sum + after.Sum, before.Count + after.Count);
}
