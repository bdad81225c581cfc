using System.Globalization;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Asks the server whether a call was done.</summary>
internal sealed class MlflowProbes(MlflowClient client)
{
    /// <summary>Whether it was, and what it made.</summary>
    public async Task<(bool Happened, string? Answer)> AskAsync(Probe probe, CancellationToken cancellationToken)
    {
        try
        {
            return probe.Kind switch
            {
                ProbeKind.RunMade => await FindRunAsync(probe.First, probe.Second!, cancellationToken).ConfigureAwait(false),
                ProbeKind.VersionMade => await FindVersionAsync(probe.First, probe.Second!, cancellationToken).ConfigureAwait(false),
                _ => (await HoldsAsync(probe, cancellationToken).ConfigureAwait(false), null),
            };
        }
        catch (AssetNotFoundException)
        {
            return (probe.Kind is ProbeKind.ModelGone or ProbeKind.VersionGone, null);
        }
    }

    private async Task<bool> HoldsAsync(Probe probe, CancellationToken cancellationToken)
    {
        var reply = await client.SendAsync(CallOf(probe), cancellationToken).ConfigureAwait(false);
        return probe.Kind switch
        {
            ProbeKind.ExperimentNamed or ProbeKind.ModelNamed => true,
            ProbeKind.ModelGone or ProbeKind.VersionGone => false,
            ProbeKind.ExperimentRenamed => reply.Experiment?.Name == probe.Second,
            ProbeKind.ExperimentStage => reply.Experiment?.LifecycleStage == probe.Second,
            ProbeKind.RunStatus => reply.Run?.Info?.Status == probe.Second,
            ProbeKind.RunStage => reply.Run?.Info?.LifecycleStage == probe.Second,
            ProbeKind.ModelTag => TagOf(reply.RegisteredModel?.Tags, probe.Second) == probe.Third,
            ProbeKind.VersionTag => TagOf(reply.ModelVersion?.Tags, probe.Second) == probe.Third,
            ProbeKind.AliasAt => AliasOf(reply.RegisteredModel, probe.Second) == probe.Third,
            _ => throw new ArgumentOutOfRangeException(nameof(probe), probe.Kind, "Not a question to one asset."),
        };
    }

    private static MlflowCall CallOf(Probe probe)
    {
        switch (probe.Kind)
        {
            case ProbeKind.ExperimentNamed:
                return MlflowCall.Get("experiments/get-by-name", new(AssetKind.Experiment, probe.First), ("experiment_name", probe.First));
            case ProbeKind.ExperimentRenamed or ProbeKind.ExperimentStage:
                return MlflowCall.Get("experiments/get", new(AssetKind.Experiment, probe.First), ("experiment_id", probe.First));
            case ProbeKind.RunStatus or ProbeKind.RunStage:
                return MlflowCall.Get("runs/get", new(AssetKind.Run, probe.First), ("run_id", probe.First));
            case ProbeKind.VersionGone:
                return MlflowCalls.GetVersion(new(probe.First, int.Parse(probe.Second!, CultureInfo.InvariantCulture)));
            case ProbeKind.VersionTag:
                var version = ModelReference.Parse(probe.First);
                return MlflowCalls.GetVersion(new(version.Name, version.Version!.Value));
            default:
                return MlflowCalls.GetModel(probe.First);
        }
    }

    private async Task<(bool, string?)> FindRunAsync(string experimentId, string call, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["experiment_ids"] = new JsonArray(experimentId),
            ["filter"] = $"tags.`{RemoteTags.Call}` = '{call}'",
            ["run_view_type"] = "ALL",
            ["max_results"] = 1,
        };
        var reply = await client.SendAsync(MlflowCall.Post("runs/search", body), cancellationToken).ConfigureAwait(false);
        return reply.Runs is [{ Info.RunId: { } id }, ..] ? (true, id) : (false, null);
    }

    private async Task<(bool, string?)> FindVersionAsync(string model, string call, CancellationToken cancellationToken)
    {
        await foreach (var page in client.PagesAsync(MlflowCalls.SearchVersions(model), cancellationToken).ConfigureAwait(false))
        {
            if ((page.ModelVersions ?? []).FirstOrDefault(v => TagOf(v.Tags, RemoteTags.Call) == call) is { Version: { } number })
            {
                return (true, number.ToString(CultureInfo.InvariantCulture));
            }
        }

        return (false, null);
    }

    private static string? TagOf(List<TextPair>? tags, string? key) => tags?.FirstOrDefault(t => t.Key == key)?.Value;

    private static string? AliasOf(ModelReply? model, string? alias) =>
        model?.Aliases?.FirstOrDefault(a => a.Alias == alias)?.Version?.ToString(CultureInfo.InvariantCulture);
}
