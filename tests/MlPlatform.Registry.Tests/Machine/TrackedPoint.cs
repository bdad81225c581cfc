using System.Globalization;

namespace MlPlatform.Registry.Tests;

/// <summary>A point of a metric, at so many seconds after the beginning.</summary>
internal readonly record struct TrackedPoint(string Key, double Value, long Step, int At)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Key}={Value}@{Step}/{At}");
}
