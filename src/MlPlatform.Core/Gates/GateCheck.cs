using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;

namespace MlPlatform.Core;

/// <summary>That a gate was checked: what the event <c>gate.checked</c> says.</summary>
/// <param name="Gate">Which gate.</param>
/// <param name="Verdict">Its verdict.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Evidence">The artifact of the whole <see cref="GateResult"/>.</param>
/// <param name="PolicyHash">The hash of the gate's settings.</param>
public sealed record GateCheck(string Gate, GateVerdict Verdict, string Reason, ArtifactDigest Evidence, string PolicyHash)
{
    /// <summary>What the subject was compared with, if anything.</summary>
    public AssetRef? Baseline { get; init; }

    /// <summary>The committed checks of a subject, newest first, at most 1000.</summary>
    /// <param name="connection">A connection to the metadata database.</param>
    /// <param name="transaction">Its transaction, if there is one.</param>
    /// <param name="subject">What was judged.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static async Task<IReadOnlyList<GateCheck>> ListAsync(
        DbConnection connection,
        DbTransaction? transaction,
        AssetRef subject,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(subject);
        var rows = await connection
            .QueryAsync<(string Related, string Payload)>(
                new(
                    "SELECT related, payload FROM core_event WHERE subject = @Subject AND type = @Type ORDER BY row_id DESC LIMIT 1000",
                    new { Subject = subject.ToString(), Type = EventTypes.GateChecked },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
            .ConfigureAwait(false);
        return [.. rows.Select(r => Of(JsonNode.Parse(r.Related)!.AsArray(), JsonNode.Parse(r.Payload)!))];
    }

    private static GateCheck Of(JsonArray related, JsonNode payload) =>
        new(
            payload["gate"]!.GetValue<string>(),
            Enum.Parse<GateVerdict>(payload["verdict"]!.GetValue<string>()),
            payload["reason"]!.GetValue<string>(),
            ArtifactDigest.Parse(payload["evidence"]!.GetValue<string>()),
            payload["policyHash"]!.GetValue<string>()
        )
        {
            Baseline = related.Count == 0 ? null : AssetRef.Parse(related[0]!.GetValue<string>()),
        };
}
