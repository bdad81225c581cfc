namespace MlPlatform.Sdk.Tests;

internal sealed class Row
{
    public float X { get; set; }

    public string Kind { get; set; } = "";

    public bool Label { get; set; }
}
