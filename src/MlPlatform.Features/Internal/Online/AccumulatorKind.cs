namespace MlPlatform.Features.Internal;

internal enum AccumulatorKind
{
    Count,
    Sum,
    Moments,
    Min,
    Max,
    First,
    Last,
}
