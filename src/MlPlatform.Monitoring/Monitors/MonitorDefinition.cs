namespace MlPlatform.Monitoring;

/// <summary>A named monitor.</summary>
/// <param name="Name">Its name, unique.</param>
/// <param name="Options">What it looks at.</param>
public sealed record MonitorDefinition(string Name, MonitorOptions Options)
{
    /// <summary>The model that it watches.</summary>
    public string Model => Options.Model ?? Name;
}
