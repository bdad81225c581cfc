using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry;

/// <summary>What a version has to show before an alias may point at it, whoever moves it and over whatever interface.</summary>
/// <remarks>
/// Set up at registration, not changed afterwards. Several policies for one alias all hold. Going back to a version that the alias pointed at before
/// (<see cref="AliasMoveKind.Rollback"/>) and removing the alias are always allowed.
/// </remarks>
public sealed class PromotionPolicy
{
    /// <summary>Stands for every model.</summary>
    public const string EveryModel = "*";

    private readonly List<IPromotionGate> gates = [];
    private readonly List<string> checks = [];
    private readonly List<string> overrideRoles = [];

    internal PromotionPolicy(string model, string alias)
    {
        Model = model;
        Alias = alias;
    }

    /// <summary>The model it guards, or <see cref="EveryModel"/>.</summary>
    public string Model { get; }

    /// <summary>The alias it guards.</summary>
    public string Alias { get; }

    internal IReadOnlyList<IPromotionGate> Gates => gates;

    /// <summary>Gates that others check, a step of a pipeline for example.</summary>
    internal IReadOnlyList<string> Checks => checks;

    internal int Approvals { get; private set; }

    internal string? ApproverRole { get; private set; }

    internal IReadOnlyList<string> OverrideRoles => overrideRoles;

    /// <summary>A gate of this name must have passed elsewhere, as a pipeline's <c>ChampionGate</c> does, against what the alias points at now.</summary>
    public PromotionPolicy RequireCheck(string gate)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(gate);
        checks.Add(gate);
        return this;
    }

    /// <summary>A gate of the host's own.</summary>
    public PromotionPolicy Require(IPromotionGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        gates.Add(gate);
        return this;
    }

    /// <summary>Callers of the version before can call this one: no input is new and mandatory, no output is gone, no type has changed.</summary>
    /// <param name="allowWidened">Whether new optional inputs and new outputs are allowed. Default: true.</param>
    public PromotionPolicy RequireCompatibleSignature(bool allowWidened = true) => Require(new SignatureGate(allowWidened));

    /// <summary>A metric of the package's manifest is good enough by itself, and not worse than the version before beyond a margin.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="atLeast">The least value; null asks for none.</param>
    /// <param name="maximumLoss">How much worse than the version before it may be, in the metric's unit; null does not compare.</param>
    /// <param name="higherIsBetter">Whether a higher value is better; else <paramref name="atLeast"/> is the greatest value. Default: true.</param>
    public PromotionPolicy RequireMetric(string metric, double? atLeast, double? maximumLoss = null, bool higherIsBetter = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(metric);
        return Require(new MetricGate(metric, atLeast, maximumLoss, higherIsBetter));
    }

    /// <summary>A signer that <see cref="RegistryOptions.TrustedKeys"/> or <see cref="RegistryOptions.TrustedRoots"/> names has signed the version.</summary>
    public PromotionPolicy RequireSignature() => Require(new SignedGate());

    /// <summary>The package's files are not larger, together.</summary>
    /// <param name="maximumBytes">The limit in bytes, positive.</param>
    public PromotionPolicy RequireSize(long maximumBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumBytes);
        return Require(new SizeGate(maximumBytes));
    }

    /// <summary>The model card is filled in.</summary>
    /// <param name="completeness">The least share of its fields, 0 to 1. Default: 1.</param>
    public PromotionPolicy RequireCard(double completeness = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(completeness);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(completeness, 1);
        return Require(new CardGate(completeness));
    }

    /// <summary>So many people approved, none of them the version's maker.</summary>
    /// <param name="count">How many.</param>
    /// <param name="role">The role that each must have; null takes anyone who is named.</param>
    public PromotionPolicy RequireApprovals(int count, string? role = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Approvals = count;
        ApproverRole = role;
        return this;
    }

    /// <summary>Who has the role may override this policy for a version, with a reason and until a time. Without a role nobody may.</summary>
    public PromotionPolicy AllowOverrideBy(string role)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        overrideRoles.Add(role);
        return this;
    }

    internal bool Guards(string model, string alias) =>
        string.Equals(Alias, alias, StringComparison.Ordinal)
        && (string.Equals(Model, EveryModel, StringComparison.Ordinal) || string.Equals(Model, model, StringComparison.Ordinal));
}
