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

    public static PlatformEvent ParamsResolved(RunHeader run, ResolvedParams resolved) =>
        new(EventTypes.ConfigResolved, run.Asset)
        {
            Related = [PipelineOf(run)],
            CauseId = run.CauseId,
            Actor = run.Actor,
            Payload = new JsonObject
            {
                ["keys"] = new JsonArray([
                    .. resolved.Params.Select(p => new JsonObject
                    {
                        ["key"] = p.Name,
                        ["hash"] = p.Digest.ToString(),
                        ["default"] = p.IsDefault,
                        ["source"] =
                            !p.IsGiven ? "default"
                            : run.TriggerId is null ? "caller"
                            : "trigger",
                    }),
                ]),
            },
        };

    /// <summary>The same for all runs that were given the same names.</summary>
    public static PlatformEvent ParamsRead(RunHeader run, ResolvedParams resolved) =>
        new(EventTypes.ConfigKeyRead, PipelineOf(run))
        {
            Actor = run.Actor,
            Payload = new JsonObject
            {
                ["read"] = new JsonArray([.. resolved.Params.Select(p => (JsonNode)p.Name)]),
                ["unread"] = new JsonArray([.. resolved.Unread.Select(k => (JsonNode)k)]),
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
