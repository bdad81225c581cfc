namespace MlPlatform.Features;

/// <summary>The history that a view reads.</summary>
/// <param name="Table">The rows.</param>
/// <param name="KeyColumns">The columns of the entity key, compared column by column.</param>
/// <param name="EventTimeColumn">The column of the event time; a row without one is never used.</param>
public sealed record OfflineSource(OfflineTable Table, IReadOnlyList<string> KeyColumns, string EventTimeColumn)
{
    /// <summary>The column that says when a row became known, if there is one.</summary>
    public string? CreatedTimeColumn { get; init; }

    /// <summary>The column of the ingest sequence; without it the order of the rows decides.</summary>
    public string? SequenceColumn { get; init; }

    /// <summary>Added to the event time: a delay is known only hours after the departure that it belongs to.</summary>
    public TimeSpan KnownAfter { get; init; }
}
