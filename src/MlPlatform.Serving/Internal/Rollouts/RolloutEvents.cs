using System.Text.Json;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal static class RolloutEvents
{
    public static PlatformEvent Started(Rollout rollout) => Make(EventTypes.RolloutStarted, rollout);

    public static PlatformEvent Moved(Rollout rollout) =>
        Make(rollout.IsOpen ? EventTypes.RolloutStepped : EventTypes.RolloutEnded, rollout);

    private static PlatformEvent Make(string type, Rollout rollout)
    {
        var model = rollout.Candidate.Name;
        var related = new List<AssetRef> { rollout.Candidate.ToAsset(), new(AssetKind.Alias, $"{model}@{rollout.Options.Alias}") };
        if (rollout.Baseline is { } baseline)
        {
            related.Add(new(AssetKind.Model, model, baseline));
        }

        return new(type, new(AssetKind.Rollout, rollout.Id.ToString()))
        {
            Related = related,
            CauseId = rollout.Options.CauseId,
            Payload = new JsonObject
            {
                ["state"] = rollout.State.ToString(),
                ["step"] = rollout.Step,
                ["share"] = rollout.Share,
                ["kind"] = JsonNamingPolicy.CamelCase.ConvertName(rollout.Options.Kind.ToString()),
                ["candidate"] = rollout.Candidate.Version,
                ["previous"] = rollout.Baseline,
                ["reason"] = rollout.Reason,
                ["verdict"] = rollout.Evidence?.ToString(),
            },
        };
    }
}
