namespace MlPlatform.Benchmarks;

/// <summary>What the model reads.</summary>
public sealed class ModelRow
{
    public const int Inputs = 6;

    public static IReadOnlyList<string> Names { get; } = [nameof(A), nameof(B), nameof(C), nameof(D), nameof(E), nameof(F)];

    public float A { get; set; }
    public float B { get; set; }
    public float C { get; set; }
    public float D { get; set; }
    public float E { get; set; }
    public float F { get; set; }

    public bool Label { get; set; }

    public static ModelRow[] Many(int count)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    var row = new ModelRow
                    {
                        A = random.NextSingle(),
                        B = random.NextSingle(),
                        C = random.NextSingle(),
                        D = random.NextSingle(),
                        E = random.NextSingle(),
                        F = random.NextSingle(),
                    };
                    row.Label = row.A + row.B - (row.C * row.D) > 0.7;
                    return row;
                }),
        ];
    }

    public void CopyTo(Span<float> values) => (values[0], values[1], values[2], values[3], values[4], values[5]) = (A, B, C, D, E, F);
}
