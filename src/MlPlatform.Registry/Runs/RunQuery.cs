namespace MlPlatform.Registry;

/// <summary>Which runs to find.</summary>
public sealed record RunQuery
{
    /// <summary>Only runs of this experiment; null searches all.</summary>
    public string? Experiment { get; init; }

    /// <summary>
    /// Clauses joined by <c>AND</c>, for example <c>metrics.auc &gt; 0.7 AND params.trainer = 'lightgbm' AND attributes.status = 'FINISHED'</c>.
    /// </summary>
    /// <remarks>
    /// Metrics and the attributes <c>start_time</c> and <c>end_time</c> (milliseconds since the Unix epoch) take <c>= != &gt; &gt;= &lt; &lt;=</c> and a
    /// number. Params, tags and the attributes <c>run_id</c>, <c>run_name</c>, <c>status</c> and <c>user_id</c> take <c>= != LIKE ILIKE</c> and a quoted
    /// text. Other keys than words go in backticks or double quotes. A clause on a missing key never holds, <c>!=</c> included.
    /// </remarks>
    public string? Filter { get; init; }

    /// <summary>One key with <c>ASC</c> or <c>DESC</c>, for example <c>metrics.auc DESC</c>. Missing values come last, NaN before them; then the newest first.</summary>
    public string? OrderBy { get; init; }

    /// <summary>At most so many, 1 to 1000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; the other members must be the same.</summary>
    public string? PageToken { get; init; }
}
