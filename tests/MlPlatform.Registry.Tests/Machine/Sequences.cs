using System.Globalization;
using CsCheck;

namespace MlPlatform.Registry.Tests;

/// <summary>How many random sequences of calls the machines run, and what they are drawn from.</summary>
internal static class Sequences
{
    public static int Count =>
        int.Parse(Environment.GetEnvironmentVariable("MLPLATFORM_TEST_REGISTRY_SEQUENCES") ?? "15", CultureInfo.InvariantCulture);

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
