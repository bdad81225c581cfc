using System.Text.Json.Nodes;

namespace MlPlatform.Pipelines.Internal;

/// <summary>The events of runs and steps; all carry the run's cause.</summary>
internal static class JournalEvents
{
    public static PlatformEvent RunStarted(RunHeader run) =>
        new(EventTypes.PipelineStarted, run.Asset)
        {
            Related = [PipelineOf(run)],
            CauseId = run.CauseId,
            Actor = run.Actor,
            Payload = new JsonObject
            {
                ["pipeline"] = run.Pipeline,
                ["spec"] = run.SpecHash,
                ["seed"] = run.Seed,
                ["asOf"] = run.AsOf.ToString("O"),
                ["trigger"] = run.TriggerId,
            },
        };

    public static PlatformEvent RunEnded(RunHeader run, string state) =>
        new(EventTypes.PipelineEnded, run.Asset)
        {
            Related = [PipelineOf(run)],
            CauseId = run.CauseId,
            Actor = ActorOf(run),
            Payload = new JsonObject { ["pipeline"] = run.Pipeline, ["state"] = state },
        };

    public static PlatformEvent StepEnded(RunHeader run, EndedStep step) =>
        new(EventTypes.PipelineStep, new(AssetKind.Step, StepLease.KeyOf(run.RunId, step.Name, step.MapIndex)))
        {
            Related = [run.Asset, PipelineOf(run)],
            CauseId = run.CauseId,
            Actor = ActorOf(run),
            Payload = new JsonObject
            {
                ["step"] = step.Name,
                ["item"] = step.MapIndex,
                ["state"] = step.State,
                ["attempt"] = step.Attempt,
                ["error"] = step.ErrorType,
            },
        };

    public static Actor ActorOf(RunHeader run) => new(ActorKind.Pipeline, run.Pipeline);

    private static AssetRef PipelineOf(RunHeader run) => new(AssetKind.Pipeline, run.Pipeline);
}
