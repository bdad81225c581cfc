namespace Docs.Tests.Snippets;

/// <summary>A training row of the snippets' small model.</summary>
internal sealed class FlightRow
{
    public string Carrier { get; set; } = "";

    public float Distance { get; set; }

    public bool Late { get; set; }
}
