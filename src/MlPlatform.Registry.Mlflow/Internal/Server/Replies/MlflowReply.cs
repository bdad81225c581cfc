namespace MlPlatform.Registry.Mlflow.Internal;

// The answers of an MLflow server, as far as they are read. Numbers may come as texts; what a server leaves out is null.

/// <summary>Any answer: each call fills a few of these.</summary>
internal sealed record MlflowReply
{
    public string? ExperimentId { get; init; }

    public ExperimentReply? Experiment { get; init; }

    public List<ExperimentReply>? Experiments { get; init; }

    public RunReply? Run { get; init; }

    public List<RunReply>? Runs { get; init; }

    public List<MetricReply>? Metrics { get; init; }

    public List<FileReply>? Files { get; init; }

    public ModelReply? RegisteredModel { get; init; }

    public List<ModelReply>? RegisteredModels { get; init; }

    public VersionReply? ModelVersion { get; init; }

    public List<VersionReply>? ModelVersions { get; init; }

    public LoggedModelReply? Model { get; init; }

    public List<LoggedModelReply>? Models { get; init; }

    public string? ArtifactUri { get; init; }

    public string? NextPageToken { get; init; }
}
