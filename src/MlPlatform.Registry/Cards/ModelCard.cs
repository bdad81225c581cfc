using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry;

/// <summary>What people should know about a model version before they use it.</summary>
/// <remarks>
/// The sections follow Mitchell et al., "Model Cards for Model Reporting" (2019). A section that nobody wrote stays blank: nothing is made up.
/// Immutable and thread-safe.
/// </remarks>
public sealed record ModelCard
{
    /// <summary>The media type of a card inside a package; its role is <see cref="ModelFileRole.Card"/>.</summary>
    public const string MediaType = "application/vnd.mlplatform.model-card+json";

    /// <summary>What the model does, in a few sentences.</summary>
    public string? Summary { get; init; }

    /// <summary>What it is meant for, and for whom.</summary>
    public string? IntendedUse { get; init; }

    /// <summary>What it must not be used for, and where it fails.</summary>
    public string? Limits { get; init; }

    /// <summary>What it was trained on.</summary>
    public string? TrainingData { get; init; }

    /// <summary>What it was evaluated on, and why that.</summary>
    public string? EvaluationData { get; init; }

    /// <summary>Risks to people, and what was done about them.</summary>
    public string? Ethics { get; init; }

    /// <summary>Who answers for it: a person or a team.</summary>
    public string? Owner { get; init; }

    /// <summary>Its licence, by SPDX identifier where there is one.</summary>
    public string? License { get; init; }

    /// <summary>What was measured, by slice of the data.</summary>
    public IReadOnlyList<ModelCardMetric> Metrics { get; init; } = [];

    /// <summary>The share of sections that are filled, 0 to 1.</summary>
    public double Completeness =>
        (double)ModelCardSections.All.Count(s => !string.IsNullOrWhiteSpace(s.Text(this))) / ModelCardSections.All.Count;

    /// <summary>The sections that are blank, by title.</summary>
    public IReadOnlyList<string> Missing =>
        [.. ModelCardSections.All.Where(s => string.IsNullOrWhiteSpace(s.Text(this))).Select(s => s.Title)];

    /// <summary>The canonical bytes that are kept as an artifact.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(JsonSerializer.SerializeToNode(this, RegistryJson.Default.ModelCard));

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidModelPackageException">The bytes are no card.</exception>
    public static ModelCard FromBytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, RegistryJson.Default.ModelCard) is { Metrics: not null } card
                ? card
                : throw new InvalidModelPackageException("The model card is null, or its metrics are.");
        }
        catch (JsonException e)
        {
            throw new InvalidModelPackageException($"The model card is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>The card as Markdown. What people wrote is escaped: it holds no markup.</summary>
    public string ToMarkdown(string title) => ModelCardText.Markdown(this, title);

    /// <summary>The card as an HTML fragment. What people wrote is encoded.</summary>
    public string ToHtml(string title) => ModelCardText.Html(this, title);

    /// <inheritdoc/>
    public bool Equals(ModelCard? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Summary, IntendedUse, Owner, Metrics.Count);
}
