namespace MlPlatform.Core;

/// <summary>What differs between database products, in one place.</summary>
/// <remarks>
/// Migration scripts are portable texts with type tokens between dollar signs (<c>$bigint$</c>); module statements use the common subset: named
/// parameters with <c>@</c>, <c>ON CONFLICT</c>, <c>RETURNING</c>, <c>LIMIT</c>.
/// </remarks>
public abstract class SqlDialect
{
    /// <summary>The product: <c>sqlite</c> or <c>postgresql</c>.</summary>
    public abstract string Product { get; }

    /// <summary>
    /// Token to type: <c>bigint</c>, <c>int</c>, <c>double</c>, <c>bool</c>, <c>text</c> (ordinal collation), <c>blob</c>, <c>autoid</c> (a
    /// growing integer primary key), <c>txid</c> (a column that numbers the writing transaction).
    /// </summary>
    public abstract IReadOnlyDictionary<string, string> TypeTokens { get; }

    /// <summary>
    /// What follows a table that is kept in the order of its primary key, the token <c>clustered</c> of migrations; empty where tables are heaps.
    /// </summary>
    public virtual string Clustered => string.Empty;

    /// <summary>
    /// A predicate on <c>core_event</c> that hides rows which an older, still open transaction might yet precede; <c>1 = 1</c> where one writer exists.
    /// </summary>
    public abstract string StableEvents { get; }

    /// <summary>
    /// An expression that is equal for texts that differ in case only. Default: <c>lower</c>, which in an ordinal collation folds ASCII letters alone.
    /// </summary>
    /// <param name="expression">A text expression.</param>
    public virtual string FoldCase(string expression) => $"lower({expression})";

    /// <summary>A predicate: the column's value is among those of a parameter that holds an array or a list.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The parameter, with its <c>@</c>.</param>
    public virtual string In(string column, string parameter) => $"{column} IN {parameter}";

    /// <summary>The end of a query that locks the rows it finds until the transaction ends; empty where one writer has the database to itself.</summary>
    /// <param name="table">The table or alias whose rows are locked; null locks those of all tables.</param>
    /// <param name="skipLocked">Leave out rows that another transaction has locked, instead of waiting for it.</param>
    public virtual string ForUpdate(string? table = null, bool skipLocked = false) => string.Empty;

    /// <summary>
    /// The end of a query that keeps the rows it finds from <see cref="ForUpdate"/>, from being deleted and from another key until the transaction ends;
    /// many may do so at once. A row that refers to them takes the same lock, so that it costs little; empty where one writer has the database to itself.
    /// </summary>
    /// <param name="table">The table or alias whose rows are locked; null locks those of all tables.</param>
    public virtual string ForKeyShare(string? table = null) => string.Empty;

    /// <summary>Inserts many rows into one table: by one statement on a server, by a statement that is prepared once otherwise.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="table">The table, a constant of the module.</param>
    /// <param name="columns">The columns, all of the same number of rows.</param>
    /// <param name="onConflict">What to do with a row that is there: <c>ON CONFLICT ...</c>, or nothing.</param>
    /// <exception cref="System.Data.Common.DbException">The database refused a row; the transaction cannot go on.</exception>
    public abstract Task InsertAsync(IUnitOfWork work, string table, IReadOnlyList<InsertColumn> columns, string onConflict = "");

    /// <summary>The same for rows of which some may be there: inserts those whose key is new, and tells which they were.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="table">The table, a constant of the module.</param>
    /// <param name="key">The ids that the table's key or a unique index is on. An id that comes twice is new once, the first time.</param>
    /// <param name="columns">The other columns, of as many rows.</param>
    /// <returns>For each row whether it was new.</returns>
    /// <exception cref="System.Data.Common.DbException">The database refused a row; the transaction cannot go on.</exception>
    public abstract Task<bool[]> InsertNewAsync(
        IUnitOfWork work,
        string table,
        (string Name, Guid[] Values) key,
        IReadOnlyList<InsertColumn> columns
    );
}
