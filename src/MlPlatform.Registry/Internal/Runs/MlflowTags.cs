namespace MlPlatform.Registry.Internal;

/// <summary>Tags by which MLflow's clients say what a run or a trace has a place of its own for.</summary>
internal static class MlflowTags
{
    public const string RunName = "mlflow.runName";
    public const string ParentRunId = "mlflow.parentRunId";
    public const string DatasetContext = "mlflow.data.context";
    public const string TraceName = "mlflow.traceName";
    public const string SpansLocation = "mlflow.trace.spansLocation";
    public const string SpansAreHere = "TRACKING_STORE";
    public const string TraceRun = "mlflow.sourceRun";
}
