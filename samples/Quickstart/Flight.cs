using Microsoft.ML.Data;

namespace Quickstart;

internal sealed class Flight
{
    [LoadColumn(0)]
    public string Origin { get; set; } = "";

    [LoadColumn(1)]
    public string Destination { get; set; } = "";

    [LoadColumn(2)]
    public string Day { get; set; } = "";

    [LoadColumn(3)]
    public float Hour { get; set; }

    [LoadColumn(4)]
    public float Distance { get; set; }

    [LoadColumn(5)]
    public bool Late { get; set; }
}
