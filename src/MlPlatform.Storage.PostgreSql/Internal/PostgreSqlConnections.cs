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
            ApplicationName = PlatformOf(options), // Readers of the event log tell by it whose a transaction is.
            Enlist = false,
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            MaxAutoPrepare = options.PreparedStatements,
            MaxPoolSize = options.MaxConcurrentWrites + Spare,
            PersistSecurityInfo = false,
        };
        Target = FormattableString.Invariant($"postgresql://{builder.Host}:{builder.Port}/{builder.Database ?? builder.Username}");
        Writer = Open(builder);
        builder.MaxPoolSize = options.MaxConcurrentReads;
        builder.Options = $"{builder.Options} -c default_transaction_read_only=on".Trim();
        Reader = Open(builder);
        builder.Pooling = false;
        builder.KeepAlive = 30; // A connection that only listens would not notice that the server is gone.
        Listener = Open(builder);
    }

    /// <summary>The name by which the server knows this platform's sessions, and the channel that they listen to.</summary>
    public static string PlatformOf(PostgreSqlOptions options) => $"mlplatform_{options.Schema}";

    private static NpgsqlDataSource Open(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ToString());
        builder.ConfigureTypeLoading(t => t.EnableTypeLoading(false)); // Built-in types are enough, and asking for the others costs each start.
        return builder.Build();
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
