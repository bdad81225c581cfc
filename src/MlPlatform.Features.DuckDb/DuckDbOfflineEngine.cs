using System.Globalization;
using DuckDB.NET.Data;
using MlPlatform.Core;
using MlPlatform.Features.DuckDb.Internal;

namespace MlPlatform.Features.DuckDb;

/// <summary>Computes features over history in an embedded DuckDB.</summary>
/// <remarks>Safe for concurrent use; concurrent computations share the memory limit and the threads. Nothing is kept between calls.</remarks>
public sealed class DuckDbOfflineEngine : IOfflineEngine, IDisposable
{
    private const long DefaultMemoryLimit = 4L << 30;
    private readonly string settings;
    private readonly SpillDirectory spill;
    private readonly Lock opening = new();
    private DuckDBConnection? root; // From the first computation on, since DuckDB's library takes memory in hosts that never compute features.
    private bool disposed;

    /// <summary>Starts an engine. DuckDB itself is loaded at its first computation.</summary>
    /// <param name="options">Its limits.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public DuckDbOfflineEngine(DuckDbOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failure = new DuckDbOptionsValidator().Validate(null, options);
        if (failure.Failed)
        {
            throw new ArgumentException(failure.FailureMessage, nameof(options));
        }

        var memory = options.MemoryLimitBytes ?? Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, DefaultMemoryLimit);
        var threads = options.Threads ?? Environment.ProcessorCount;
        spill = SpillDirectory.Create(options.SpillDirectory ?? Path.Combine(Path.GetTempPath(), "mlplatform", "duckdb"));
        settings = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SET autoinstall_known_extensions = false;
            SET autoload_known_extensions = false;
            SET memory_limit = '{memory} B';
            SET threads = {threads};
            SET temp_directory = {Sql.Text(spill.Path)};
            """
        );
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or the view contradicts itself.</exception>
    public async Task<OfflineResult> JoinAsync(OfflineFrame frame, PointInTimeView view, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(view);
        ViewChecks.Check(view);
        using var session = Open(cancellationToken);
        var source = await Workspace
            .StageAsync(session, frame, view.Source, view.FrameKeys, view.Features.Select(f => f.Column))
            .ConfigureAwait(false);
        return await Task.Run(() => Join(session, view, source), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or the view contradicts itself.</exception>
    public async Task<OfflineResult> AggregateAsync(OfflineFrame frame, WindowedView view, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(view);
        ViewChecks.Check(view);
        using var session = Open(cancellationToken);
        var source = await Workspace.StageAsync(session, frame, view.Source, view.FrameKeys, WindowSql.Inputs(view)).ConfigureAwait(false);
        return await Task.Run(() => Aggregate(session, view, source), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column has a type that a row cannot hold.</exception>
    public async Task WriteParquetAsync(RowTable table, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var session = Open(cancellationToken);
        var columns = Requests(table.Schema.Columns.Select(c => c.Name));
        var staged = await TableStager.StageAsync(session, "rows", table, columns, lazily: false).ConfigureAwait(false);
        var select = columns.Select(c =>
            $"{(staged.Types[c.Alias] == DataType.Timestamp ? $"make_timestamp({c.Alias})" : c.Alias)} AS {Sql.Name(c.Name)}"
        );
        var copy =
            $"COPY (SELECT {string.Join(", ", select)} FROM rows ORDER BY {TableStager.RowId}) TO {Sql.Text(path)} (FORMAT parquet, COMPRESSION zstd)";
        await Task.Run(() => session.Execute(copy), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or has a type that no feature can have.</exception>
    public async Task<IReadOnlyList<FeatureColumn>> ReadParquetAsync(
        ParquetTable table,
        IReadOnlyList<string> columns,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(columns);
        using var session = Open(cancellationToken);
        var requests = Requests(columns);
        var staged = await TableStager.StageAsync(session, "frame", table, requests, lazily: true).ConfigureAwait(false);
        var sql = $"SELECT {string.Join(", ", requests.Select(r => r.Alias))} FROM frame ORDER BY {TableStager.RowId}";
        return await Task.Run(
                () =>
                    ResultReader.Read(
                        session,
                        sql,
                        Workspace.CountFrame(session),
                        [.. requests.Select(r => (r.Name, staged.Types[r.Alias]))]
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Ends the engine. Computations that still run fail.</summary>
    public void Dispose()
    {
        lock (opening)
        {
            disposed = true;
            root?.Dispose();
        }

        spill.Dispose();
    }

    private static OfflineResult Join(DuckDbSession session, PointInTimeView view, StagedTable source)
    {
        session.Execute(PointInTimeSql.Pick(view, source));
        var columns = view.Features.Select((f, i) => (f.Name, source.Types[$"v{i}"])).ToArray();
        var (matched, tooOld, late) = Counts(
            session,
            "SELECT count(*) FILTER (fresh), count(*) FILTER (NOT fresh), count(*) FILTER (fresh AND late) FROM pick"
        );
        var rows = Workspace.CountFrame(session);
        return new(rows, ResultReader.Read(session, PointInTimeSql.Payload(columns.Length), rows, columns), matched, tooOld, late);
    }

    private static OfflineResult Aggregate(DuckDbSession session, WindowedView view, StagedTable source)
    {
        var columns = view
            .Features.Select(f => (f.Name, Type: WindowFunctionSql.ResultType(f, WindowSql.Input(view, f, source)?.Type)))
            .ToArray();
        var rows = Workspace.CountFrame(session);
        if (!view.KnownAt)
        {
            var scan = Scan(session, view, source, rows);
            return new(
                rows,
                [.. columns.Select((c, i) => new FeatureColumn(new(c.Name, c.Type) { Nullable = true }, scan[i].Values, scan[i].Nulls))],
                scan.Matched,
                0,
                scan.Late
            );
        }

        session.Execute(WindowSql.Known(view, source));
        var (matched, _, _) = Counts(session, "SELECT count(*) FILTER (events > 0), 0::BIGINT, 0::BIGINT FROM agg");
        return new(rows, ResultReader.Read(session, WindowSql.Payload(columns.Length), rows, columns), matched, 0, 0);
    }

    private static WindowScan Scan(DuckDbSession session, WindowedView view, StagedTable source, int rows)
    {
        var scan = new WindowScan(view, source, rows);
        var (first, last) = session.Read(
            WindowSql.Times,
            static reader => reader.Read() && !reader.IsDBNull(0) ? (reader.GetInt64(0), reader.GetInt64(1)) : (0L, -1L)
        );
        if (first <= last)
        {
            var after = view.Features.Min(f => new WindowSpan(f.Window, f.Hop).LowAt(first));
            session.Read(
                WindowSql.Sequence(view, source, after, last),
                reader =>
                {
                    scan.Run(reader, session.CancellationToken);
                    return 0;
                }
            );
        }

        return scan;
    }

    private static (long Matched, long TooOld, long Late) Counts(DuckDbSession session, string sql) =>
        session.Read(
            sql,
            static reader =>
            {
                reader.Read();
                return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
            }
        );

    private static ColumnRequest[] Requests(IEnumerable<string> columns) =>
        [.. columns.Select((name, i) => new ColumnRequest(name, $"v{i}", ColumnRole.Value))];

    private DuckDbSession Open(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var connection = Root().Duplicate();
        try
        {
            connection.Open();
            var session = new DuckDbSession(connection, cancellationToken);
            session.Execute("SET TimeZone = 'UTC'");
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private DuckDBConnection Root()
    {
        lock (opening)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return root ??= Start();
        }
    }

    private DuckDBConnection Start()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = settings;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
