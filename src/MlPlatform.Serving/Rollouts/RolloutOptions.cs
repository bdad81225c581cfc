using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>How a rollout goes.</summary>
public sealed record RolloutOptions
{
    /// <summary>The alias that moves at the end. Default: <c>champion</c>.</summary>
    public string Alias { get; init; } = "champion";

    /// <summary>The candidate's share of the requests at each step, in percent. Default: 1, 5, 25, 50. Rising, above 0, at most 100.</summary>
    public IReadOnlyList<double> Steps { get; init; } = [1, 5, 25, 50];

    /// <summary>How long each step lasts at least, by platform time. Default: 15 min. Not negative.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A step that is still inconclusive after so long, by platform time, is rolled back. Default: 1 day. At least <see cref="Hold"/>.</summary>
    public TimeSpan MaximumStepTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Requests that the candidate must have had in a step before the step can pass. Default: 100. At least 1.</summary>
    public int MinimumRequests { get; init; } = 100;

    /// <summary>Whether a phase comes first in which the candidate gets copies only; it lasts like a step. Default: false.</summary>
    public bool Shadow { get; init; }

    /// <summary>
    /// Whether the last step lasts until <see cref="IRollouts.PromoteAsync"/> or <see cref="IRollouts.RollBackAsync"/>: passing it promotes nothing, and staying
    /// inconclusive ends nothing. It is still judged, and taken back when it does harm. For approvals, and for A/B tests. Default: false.
    /// </summary>
    public bool PromoteByHand { get; init; }

    /// <summary>What led to the rollout, for delivery metrics. Default: <see cref="AliasMoveKind.Human"/>.</summary>
    public AliasMoveKind Kind { get; init; } = AliasMoveKind.Human;

    /// <summary>The event that led to it, or null.</summary>
    public EventId? CauseId { get; init; }

    internal void Check()
    {
        if (!ModelReference.IsAlias(Alias)) // Before anything is written: a rollout to an alias that can never be set would stay open for ever.
        {
            throw new ArgumentException(
                $"'{Alias}' cannot be the alias of a rollout: 1 to 255 letters, digits, '_' and '-', not 'latest' and not 'v' followed by digits."
            );
        }

        ArgumentNullException.ThrowIfNull(Steps);
        for (var i = 0; i < Steps.Count; i++)
        {
            if (!(Steps[i] > (i == 0 ? 0 : Steps[i - 1]) && Steps[i] <= 100))
            {
                throw new ArgumentException($"The steps {string.Join(", ", Steps)} are not rising percentages above 0 and at most 100.");
            }
        }

        ArgumentOutOfRangeException.ThrowIfZero(Steps.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(Hold, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumStepTime, Hold);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumRequests, 1);
    }
}
