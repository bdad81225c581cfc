namespace MlPlatform.Core;

/// <summary>What an <see cref="AssetRef"/> names.</summary>
public enum AssetKind
{
    /// <summary>An experiment.</summary>
    Experiment,

    /// <summary>A run of an experiment.</summary>
    Run,

    /// <summary>A model logged beside a run, not yet registered.</summary>
    LoggedModel,

    /// <summary>A dataset or training set.</summary>
    Dataset,

    /// <summary>A source of raw data.</summary>
    Source,

    /// <summary>An entity of the feature store.</summary>
    Entity,

    /// <summary>A feature view.</summary>
    View,

    /// <summary>A single feature.</summary>
    Feature,

    /// <summary>A feature service.</summary>
    Service,

    /// <summary>A pipeline.</summary>
    Pipeline,

    /// <summary>A run of a pipeline.</summary>
    PipelineRun,

    /// <summary>A step of a pipeline run.</summary>
    Step,

    /// <summary>A registered model or, with a version, a model version.</summary>
    Model,

    /// <summary>An alias of a model: <c>alias:model@alias</c>.</summary>
    Alias,

    /// <summary>A rollout of a model version.</summary>
    Rollout,

    /// <summary>A monitor.</summary>
    Monitor,

    /// <summary>An alert of a monitor.</summary>
    Alert,

    /// <summary>A prediction.</summary>
    Prediction,

    /// <summary>Someone or something that reads features or calls models.</summary>
    Consumer,

    /// <summary>An artifact, by digest.</summary>
    Artifact,

    /// <summary>A trace of a program.</summary>
    Trace,
}
