using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Core;

/// <summary>Names of Core's traces and metrics.</summary>
public static class CoreDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Core";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);
}
