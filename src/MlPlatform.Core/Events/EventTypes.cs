namespace MlPlatform.Core;

/// <summary>The types of events that modules emit. CloudEvents: <c>io.mlplatform.&lt;type&gt;.v&lt;schemaVersion&gt;</c>.</summary>
public static class EventTypes
{
    /// <summary>An experiment was made.</summary>
    public const string ExperimentCreated = "experiment.created";

    /// <summary>An experiment got another name.</summary>
    public const string ExperimentRenamed = "experiment.renamed";

    /// <summary>An experiment was deleted with its runs; they can be restored.</summary>
    public const string ExperimentDeleted = "experiment.deleted";

    /// <summary>An experiment was restored with its runs.</summary>
    public const string ExperimentRestored = "experiment.restored";

    /// <summary>A run of an experiment began.</summary>
    public const string RunStarted = "run.started";

    /// <summary>A run of an experiment ended.</summary>
    public const string RunEnded = "run.ended";

    /// <summary>A run was deleted; it can be restored.</summary>
    public const string RunDeleted = "run.deleted";

    /// <summary>A run was restored.</summary>
    public const string RunRestored = "run.restored";

    /// <summary>A model was logged in an experiment, not yet registered.</summary>
    public const string LoggedModelCreated = "loggedModel.created";

    /// <summary>A logged model is complete, or its upload failed.</summary>
    public const string LoggedModelEnded = "loggedModel.ended";

    /// <summary>A logged model was deleted.</summary>
    public const string LoggedModelDeleted = "loggedModel.deleted";

    /// <summary>What a run was made from: commit, environment, seed, data.</summary>
    public const string RunProvenance = "run.provenance";

    /// <summary>A registered model was made.</summary>
    public const string ModelCreated = "model.created";

    /// <summary>A registered model got another name, with all its versions and aliases.</summary>
    public const string ModelRenamed = "model.renamed";

    /// <summary>A registered model was deleted with its versions and aliases.</summary>
    public const string ModelDeleted = "model.deleted";

    /// <summary>A model version was made.</summary>
    public const string ModelVersionCreated = "model.versionCreated";

    /// <summary>An address is told of events from now on.</summary>
    public const string SubscriptionCreated = "subscription.created";

    /// <summary>A subscription was changed, paused or resumed.</summary>
    public const string SubscriptionChanged = "subscription.changed";

    /// <summary>A subscription was deleted.</summary>
    public const string SubscriptionDeleted = "subscription.deleted";

    /// <summary>A tag of a registered model was set.</summary>
    public const string ModelTagSet = "model.tagSet";

    /// <summary>A tag of a registered model was removed.</summary>
    public const string ModelTagDeleted = "model.tagDeleted";

    /// <summary>A tag of a model version was set.</summary>
    public const string ModelVersionTagSet = "model.versionTagSet";

    /// <summary>A tag of a model version was removed.</summary>
    public const string ModelVersionTagDeleted = "model.versionTagDeleted";

    /// <summary>A model version was deleted, and its aliases removed.</summary>
    public const string ModelVersionDeleted = "model.versionDeleted";

    /// <summary>An alias moved.</summary>
    public const string AliasMoved = "alias.moved";

    /// <summary>A version was activated for its consumers.</summary>
    public const string DeployActivated = "deploy.activated";

    /// <summary>A gate was evaluated.</summary>
    public const string GateChecked = "gate.checked";

    /// <summary>Somebody let a version pass although its promotion policy does not, until a time.</summary>
    public const string GateOverridden = "gate.overridden";

    /// <summary>Somebody is for pointing an alias at a version.</summary>
    public const string PromotionApproved = "promotion.approved";

    /// <summary>A model card was written for a version.</summary>
    public const string ModelCardSaved = "model.cardSaved";

    /// <summary>A signature was stored for a version.</summary>
    public const string ModelSigned = "model.signed";

    /// <summary>Deleted experiments, runs or versions were removed for good.</summary>
    public const string RegistryPurged = "registry.purged";

    /// <summary>A feature was first registered.</summary>
    public const string FeatureRegistered = "feature.registered";

    /// <summary>A definition was applied in a new version.</summary>
    public const string FeatureDefinition = "feature.definition";

    /// <summary>The columns of a training set, or of a window that a monitor judged, were summed up.</summary>
    public const string FeatureStats = "feature.stats";

    /// <summary>The owner of an asset became another.</summary>
    public const string OwnerChanged = "owner.changed";

    /// <summary>Features were read for training, or online reads were rolled up.</summary>
    public const string FeatureRead = "feature.read";

    /// <summary>A view was materialized.</summary>
    public const string ViewMaterialized = "view.materialized";

    /// <summary>A consumer was seen reading or calling; rolled up.</summary>
    public const string ConsumerSeen = "consumer.seen";

    /// <summary>A consumer said that it uses an asset.</summary>
    public const string ConsumerDeclared = "consumer.declared";

    /// <summary>A recorder of roll-ups covered an interval and dropped so many.</summary>
    public const string RecorderCoverage = "recorder.coverage";

    /// <summary>The configuration that an application or a pipeline run goes by: keys with digests of their values and where they came from.</summary>
    public const string ConfigResolved = "config.resolved";

    /// <summary>The keys that an application or a pipeline reads, and those that are set and read by nothing.</summary>
    public const string ConfigKeyRead = "config.keyRead";

    /// <summary>A pipeline run began.</summary>
    public const string PipelineStarted = "pipeline.started";

    /// <summary>A pipeline run ended.</summary>
    public const string PipelineEnded = "pipeline.ended";

    /// <summary>A step of a pipeline run ended.</summary>
    public const string PipelineStep = "pipeline.step";

    /// <summary>A trigger decided whether to start a pipeline.</summary>
    public const string TriggerDecided = "trigger.decided";

    /// <summary>A rollout began.</summary>
    public const string RolloutStarted = "rollout.started";

    /// <summary>A rollout moved to another share.</summary>
    public const string RolloutStepped = "rollout.stepped";

    /// <summary>A rollout ended.</summary>
    public const string RolloutEnded = "rollout.ended";

    /// <summary>A model version was loaded for serving.</summary>
    public const string ModelLoaded = "model.loaded";

    /// <summary>A model version could not be loaded for serving; the one before goes on.</summary>
    public const string ModelLoadFailed = "model.loadFailed";

    /// <summary>A monitor is to look at windows of a length; again when its options change.</summary>
    public const string MonitorScheduled = "monitor.scheduled";

    /// <summary>A monitor evaluated a window.</summary>
    public const string MonitorEvaluated = "monitor.evaluated";

    /// <summary>An alert opened.</summary>
    public const string AlertOpened = "monitor.alert.opened";

    /// <summary>An alert was resolved.</summary>
    public const string AlertResolved = "monitor.alert.resolved";

    /// <summary>Enough labels of a window have arrived.</summary>
    public const string LabelsMatured = "monitor.labels.matured";
}
