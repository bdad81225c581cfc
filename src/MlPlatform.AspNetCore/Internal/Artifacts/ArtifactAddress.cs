using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Where the wire says that a file or folder lies.</summary>
/// <param name="ExperimentId">The experiment, as claimed.</param>
/// <param name="Tree">Whose files.</param>
/// <param name="Path">Where in the tree; null for its root.</param>
internal sealed record ArtifactAddress(string ExperimentId, ArtifactTreeId Tree, ArtifactPath? Path)
{
    private const string Artifacts = "artifacts";

    /// <summary>How clients are told where a tree lies: below the server that they talk to.</summary>
    public static string UriOf(ArtifactTree tree) =>
        tree.Id.Asset.Kind switch
        {
            Core.AssetKind.Run => $"mlflow-artifacts:/{tree.ExperimentId}/{tree.Id.Asset.Id}/{Artifacts}",
            Core.AssetKind.Trace => $"mlflow-artifacts:/{tree.ExperimentId}/traces/{tree.Id.Asset.Id}/{Artifacts}",
            _ => $"mlflow-artifacts:/{tree.ExperimentId}/models/{tree.Id.Asset.Id}/{Artifacts}",
        };

    /// <summary>Reads a decoded path below the proxy's root.</summary>
    /// <exception cref="MlflowException">It belongs to no run, logged model or trace.</exception>
    public static ArtifactAddress Parse(string decoded) =>
        decoded.Split('/') switch
        {
            [var experiment, "models", var model, Artifacts, .. var rest] => new(experiment, LoggedModel(model), Inside(rest)),
            [var experiment, "traces", var trace, Artifacts, .. var rest] => new(experiment, ArtifactTreeId.OfTrace(trace), Inside(rest)),
            [var experiment, var run, Artifacts, .. var rest] when run is not ("models" or "traces") => new(
                experiment,
                ArtifactTreeId.OfRun(RunIds.Parse(run)),
                Inside(rest)
            ),
            _ => throw MlflowException.InvalidParameter(
                $"Files lie below '<experiment_id>/<run_id>/{Artifacts}', '<experiment_id>/models/<model_id>/{Artifacts}' and '<experiment_id>/traces/<trace_id>/{Artifacts}'; '{decoded}' is none of these."
            ),
        };

    /// <summary>The path of one file or folder; the root itself can be neither written nor deleted.</summary>
    public ArtifactPath RequirePath() =>
        Path
        ?? throw MlflowException.InvalidParameter("The root itself can be neither written nor deleted. Name a file or a folder in it.");

    private static ArtifactPath? Inside(string[] rest) => rest is [] or [""] ? null : ArtifactPath.Parse(string.Join('/', rest));

    private static ArtifactTreeId LoggedModel(string id) => ArtifactTreeId.OfLoggedModel(id);
}
