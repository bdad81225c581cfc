namespace MlPlatform.Registry;

/// <summary>Which runs to find.</summary>
/// <remarks>
/// <para>
/// A filter joins clauses with <c>AND</c>, <c>OR</c>, <c>NOT</c> and parentheses:
/// <c>metrics.auc &gt; 0.7 AND (params.trainer = 'lightgbm' OR tags.team ILIKE 'net%') AND NOT status = 'FAILED'</c>.
/// </para>
/// <list type="bullet">
/// <item><c>metrics.x</c>, <c>start_time</c> and <c>end_time</c> (milliseconds since the Unix epoch) take <c>= != &gt; &gt;= &lt; &lt;=</c> and a
/// number.</item>
/// <item><c>params.x</c> and <c>tags.x</c> take <c>= != LIKE ILIKE</c> and a text in single or double quotes, a quote inside doubled.</item>
/// <item><c>run_id</c>, <c>run_name</c>, <c>status</c>, <c>user_id</c>, <c>experiment_id</c>, <c>artifact_uri</c>, <c>datasets.name</c>,
/// <c>datasets.digest</c> and <c>datasets.context</c> take those and <c>IN</c>, <c>NOT IN</c> with a list.</item>
/// <item>All take <c>IS NULL</c> and <c>IS NOT NULL</c>.</item>
/// </list>
/// <para>
/// A clause on a missing key does not hold, <c>!=</c> and <c>NOT IN</c> included; <c>NOT</c> finds exactly the runs that its operand does not, so
/// <c>NOT params.a = 'x'</c> finds those without the param too. <c>LIKE</c> compares case, <c>ILIKE</c> does not; <c>%</c> stands for any text, <c>_</c>
/// for one character. Keys with other characters than letters, digits, <c>_</c> and <c>.</c> go in backticks or double quotes.
/// At most 16,384 characters, 100 clauses, 32 parentheses deep.
/// </para>
/// </remarks>
public sealed record RunQuery
{
    /// <summary>Only runs of the experiments with these ids or <see cref="Experiments"/>; without either, all experiments are searched.</summary>
    public IReadOnlyList<string> ExperimentIds { get; init; } = [];

    /// <summary>Only runs of the experiments with these names or <see cref="ExperimentIds"/>; without either, all experiments are searched.</summary>
    public IReadOnlyList<string> Experiments { get; init; } = [];

    /// <summary>What must hold of a run; see the remarks of <see cref="RunQuery"/>.</summary>
    public string? Filter { get; init; }

    /// <summary>Keys, each with <c>ASC</c> or <c>DESC</c>, for example <c>metrics.auc DESC</c>; at most 10, none twice.</summary>
    /// <remarks>Missing values come last in both directions, NaN before them; runs that are equal by all keys come newest first, then by id.</remarks>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Whether deleted runs are found. Default: only those that are not deleted.</summary>
    public LifecycleView View { get; init; }

    /// <summary>What is loaded of each run. Default: everything.</summary>
    public RunFields Fields { get; init; } = RunFields.All;

    /// <summary>At most so many, 1 to 50,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The token of the page before; all but <see cref="Fields"/> and <see cref="Limit"/> must be the same.</summary>
    public string? PageToken { get; init; }
}
