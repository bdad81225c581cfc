using System.Globalization;

namespace MlPlatform.Core;

/// <summary>A place in the event log. Positions grow in the order in which events become visible to readers.</summary>
/// <param name="Transaction">The transaction's number; 0 on a database with one writer.</param>
/// <param name="Row">The row's number.</param>
public readonly record struct EventPosition(long Transaction, long Row) : IComparable<EventPosition>
{
    /// <summary>Before the first event.</summary>
    public static EventPosition Start => default;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not a position.</exception>
    public static EventPosition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return
            dash > 0
            && long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var transaction)
            && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? new(transaction, row)
            : throw new FormatException($"'{text}' is not an event position: 'number-number' was expected.");
    }

    /// <inheritdoc/>
    public int CompareTo(EventPosition other) =>
        Transaction != other.Transaction ? Transaction.CompareTo(other.Transaction) : Row.CompareTo(other.Row);

    /// <summary>Whether one position is before another.</summary>
    public static bool operator <(EventPosition left, EventPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether one position is after another.</summary>
    public static bool operator >(EventPosition left, EventPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether one position is before or at another.</summary>
    public static bool operator <=(EventPosition left, EventPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one position is after or at another.</summary>
    public static bool operator >=(EventPosition left, EventPosition right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Transaction}-{Row}");
}
