namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What is asked.</summary>
internal enum ProbeKind
{
    /// <summary>Is there an experiment of the name <c>First</c>?</summary>
    ExperimentNamed,

    /// <summary>Is the experiment <c>First</c> called <c>Second</c>?</summary>
    ExperimentRenamed,

    /// <summary>Is the experiment <c>First</c> in the stage <c>Second</c>?</summary>
    ExperimentStage,

    /// <summary>Which run of the experiment <c>First</c> did the call <c>Second</c> make?</summary>
    RunMade,

    /// <summary>Has the run <c>First</c> the status <c>Second</c>?</summary>
    RunStatus,

    /// <summary>Is the run <c>First</c> in the stage <c>Second</c>?</summary>
    RunStage,

    /// <summary>Is there a model of the name <c>First</c>?</summary>
    ModelNamed,

    /// <summary>Is there none?</summary>
    ModelGone,

    /// <summary>Has the model <c>First</c> the tag <c>Second</c> with the value <c>Third</c>? Null asks whether it has none.</summary>
    ModelTag,

    /// <summary>Which version of the model <c>First</c> did the call <c>Second</c> make?</summary>
    VersionMade,

    /// <summary>Is there no version <c>Second</c> of the model <c>First</c>?</summary>
    VersionGone,

    /// <summary>Has the version <c>First</c> (<c>name@vN</c>) the tag <c>Second</c> with the value <c>Third</c>? Null asks whether it has none.</summary>
    VersionTag,

    /// <summary>Does the alias <c>Second</c> of the model <c>First</c> point at the version <c>Third</c>? Null asks whether it is gone.</summary>
    AliasAt,
}
