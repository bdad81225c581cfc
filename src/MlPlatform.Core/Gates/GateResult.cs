using System.Text.Json;
using System.Text.Json.Nodes;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>A gate's verdict with the evidence it rests on.</summary>
/// <param name="Gate">Which gate, for example <c>champion</c>.</param>
/// <param name="Subject">What was judged.</param>
/// <param name="Verdict">Pass, Fail or Inconclusive.</param>
/// <param name="Reason">One sentence for the person who reads it.</param>
/// <param name="At">When, in platform time.</param>
public sealed record GateResult(string Gate, AssetRef Subject, GateVerdict Verdict, string Reason, DateTimeOffset At)
{
    /// <summary>What it was compared with, if anything.</summary>
    public AssetRef? Baseline { get; init; }

    /// <summary>The measurements.</summary>
    public IReadOnlyList<GateEvidence> Evidence { get; init; } = [];

    /// <summary>The hash of the gate's settings, so that a result is reused only under the same ones.</summary>
    public string PolicyHash { get; init; } = string.Empty;

    /// <summary>The seed of resampling, when there was any.</summary>
    public long? Seed { get; init; }

    /// <summary>The canonical bytes that are kept as an artifact.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(JsonSerializer.SerializeToNode(this, CoreJson.Default.GateResult));

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static GateResult FromBytes(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, CoreJson.Default.GateResult) ?? throw new JsonException("A gate result was expected, not null.");

    /// <summary>The event that reports this result, citing the artifact that holds the evidence.</summary>
    public PlatformEvent ToEvent(ArtifactDigest evidence) =>
        new(EventTypes.GateChecked, Subject)
        {
            Related = Baseline is null ? [] : [Baseline],
            Payload = new JsonObject
            {
                ["gate"] = Gate,
                ["verdict"] = Verdict.ToString(),
                ["reason"] = Reason,
                ["evidence"] = evidence.ToString(),
                ["policyHash"] = PolicyHash,
            },
        };
}
