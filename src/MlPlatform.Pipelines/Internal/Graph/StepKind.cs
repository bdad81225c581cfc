namespace MlPlatform.Pipelines.Internal;

internal enum StepKind
{
    Step,
    Map,
    Gate,
    Wait,
    Approve,
}
