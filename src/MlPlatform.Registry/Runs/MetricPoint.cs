namespace MlPlatform.Registry;

/// <summary>One value of a metric. A run's points are a set: logging an equal one again changes nothing.</summary>
/// <param name="Value">The value; NaN and the infinities are kept.</param>
/// <param name="Step">The step of training, 0 where there are none.</param>
/// <param name="Time">When it was measured, to the microsecond.</param>
public readonly record struct MetricPoint(double Value, long Step, DateTimeOffset Time);
