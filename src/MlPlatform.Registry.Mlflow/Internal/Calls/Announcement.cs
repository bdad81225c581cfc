using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What is written to the event log once a call of the server was done.</summary>
/// <remarks>
/// What the server gives a name to, a run or a version, is not known before: <see cref="Unknown"/> stands for it in the texts of assets.
/// </remarks>
internal sealed record Announcement(Probe Probe)
{
    /// <summary>No name and no id has this character.</summary>
    public const string Unknown = "\u0001";

    public List<AnnouncedEvent> Events { get; init; } = [];

    public List<AnnouncedLink> Links { get; init; } = [];

    /// <summary>The artifact of a gate result that a move of an alias rests on.</summary>
    public string? Evidence { get; init; }

    /// <summary>One event and nothing else.</summary>
    public static Announcement Of(Probe probe, string type, AssetRef subject, JsonObject? payload = null, params AssetRef[] related) =>
        new(probe) { Events = [new(type, subject.ToString(), [.. related.Select(r => r.ToString())], payload ?? [])] };

    /// <summary>Writes it into a transaction.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="answer">What the server named; null when nothing was unknown.</param>
    /// <param name="actor">Who made the call; null for the present actor.</param>
    public void AppendTo(IUnitOfWork work, string? answer, Actor? actor = null)
    {
        foreach (var each in Events)
        {
            work.Append(
                new(each.Type, Asset(each.Subject))
                {
                    Related = [.. each.Related.Select(Asset)],
                    Payload = each.Payload.DeepClone().AsObject(),
                    CauseId = each.CauseId is { } cause ? EventId.Parse(cause) : null,
                    Actor = actor,
                }
            );
        }

        foreach (var link in Links)
        {
            work.Link(Asset(link.From), Asset(link.To), link.Relation);
        }

        if (Evidence is { } evidence)
        {
            work.Reference(ArtifactDigest.Parse(evidence), new("aliasMove", $"{Asset(Events[0].Subject).Id}/{evidence}"));
        }

        work.Notify(ChangeTopics.Models);

        AssetRef Asset(string text) => AssetRef.Parse(answer is null ? text : text.Replace(Unknown, answer, StringComparison.Ordinal));
    }
}
