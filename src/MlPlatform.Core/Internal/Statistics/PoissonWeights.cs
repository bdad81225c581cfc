namespace MlPlatform.Core.Internal;

/// <summary>Poisson(1) weights by inversion of 16 random bits; the shares are exact to 1/65536.</summary>
internal static class PoissonWeights
{
    private static readonly byte[] Table = Build();

    public static void Fill(Span<byte> weights, ref SplitMix64 random)
    {
        ReadOnlySpan<byte> table = Table;
        var i = 0;
        for (; i + 4 <= weights.Length; i += 4)
        {
            var bits = random.Next();
            weights[i] = table[(ushort)bits];
            weights[i + 1] = table[(ushort)(bits >> 16)];
            weights[i + 2] = table[(ushort)(bits >> 32)];
            weights[i + 3] = table[(ushort)(bits >> 48)];
        }

        for (; i < weights.Length; i++)
        {
            weights[i] = table[(ushort)random.Next()];
        }
    }

    private static byte[] Build()
    {
        var table = new byte[65536];
        var mass = Math.Exp(-1);
        var cumulative = mass;
        var k = 0;
        for (var i = 0; i < table.Length; i++)
        {
            while ((i + 0.5) / table.Length > cumulative && k < 20)
            {
                mass /= ++k;
                cumulative += mass;
            }

            table[i] = (byte)k;
        }

        return table;
    }
}
