using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>The two pools of one database: connections that write, and connections that the server lets only read.</summary>
internal sealed class PostgreSqlConnections : IAsyncDisposable
{
    public const string ConnectionName = "MlPlatform";

    // Beside the writers a connection sends the wake-ups of other processes, and two migrate.
    private const int Spare = 3;

    public PostgreSqlConnections(PostgreSqlOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            SearchPath = options.Schema,
            Enlist = false,
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            MaxAutoPrepare = options.PreparedStatements,
            MaxPoolSize = options.MaxConcurrentWrites + Spare,
            PersistSecurityInfo = false,
        };
        builder.ApplicationName ??= "mlplatform";
        Target = FormattableString.Invariant($"postgresql://{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}");
        Writer = NpgsqlDataSource.Create(builder);
        builder.MaxPoolSize = options.MaxConcurrentReads;
        builder.Options = $"{builder.Options} -c default_transaction_read_only=on".Trim();
        Reader = NpgsqlDataSource.Create(builder);
        builder.Pooling = false;
        builder.KeepAlive = 30; // A connection that only listens would not notice that the server is gone.
        Listener = NpgsqlDataSource.Create(builder);
    }

    /// <summary>The server and database for messages, without user or password.</summary>
    public string Target { get; }

    public NpgsqlDataSource Writer { get; }

    public NpgsqlDataSource Reader { get; }

    public NpgsqlDataSource Listener { get; }

    /// <summary>Idle connections of a server that went away are of no use: the next use opens new ones.</summary>
    public void Clear()
    {
        Writer.Clear();
        Reader.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync().ConfigureAwait(false);
        await Reader.DisposeAsync().ConfigureAwait(false);
        await Writer.DisposeAsync().ConfigureAwait(false);
    }
}
