namespace MlPlatform.Pipelines.Internal;

internal sealed record StepProgress(double Fraction, string? Text);
