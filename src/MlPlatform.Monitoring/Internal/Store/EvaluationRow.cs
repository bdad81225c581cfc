namespace MlPlatform.Monitoring.Internal;

internal sealed record EvaluationRow(
    string Monitor,
    string Kind,
    long WindowStart,
    long WindowEnd,
    string Model,
    int Version,
    string State,
    long Now,
    string Data
);
