namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Tags that hold what MLflow has no place for.</summary>
internal static class RemoteTags
{
    /// <summary>The call that made a run or a version: how it is found again when the answer was lost.</summary>
    public const string Call = "mlplatform.call";

    /// <summary>The id that a caller wanted for a run; the server gives its own.</summary>
    public const string RunId = "mlplatform.runId";

    public const string Provenance = "mlplatform.provenance";
    public const string Owner = "mlplatform.owner";
    public const string CopiedFrom = "mlplatform.copiedFrom";
    public const string IdempotencyKey = "mlplatform.key";
    public const string Manifest = "mlplatform.manifest";

    // MLflow's own.
    public const string ParentRun = "mlflow.parentRunId";
    public const string Commit = "mlflow.source.git.commit";
    public const string DatasetContext = "mlflow.data.context";
    public const string User = "mlflow.user";
}
