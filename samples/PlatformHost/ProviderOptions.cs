namespace PlatformHost;

/// <summary>The technologies chosen.</summary>
internal sealed class ProviderOptions
{
    public string Metadata { get; set; } = "Sqlite";

    public string Artifacts { get; set; } = "Files";
}
