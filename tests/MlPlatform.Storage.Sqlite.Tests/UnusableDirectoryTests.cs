using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Tests;

/// <summary>What the reader of an error is told when the data directory cannot be used.</summary>
public sealed class UnusableDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private string File => Path.Combine(directory.Path, "metadata.db");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Newer_schema_of_a_known_module_is_refused_and_left_alone()
    {
        await using (var services = SqliteServices.Create(directory.Path))
        {
            await services.GetRequiredService<IMetadataDatabase>().MigrateAsync();
        }

        await ExecuteAsync(
            "INSERT INTO core_migration (ScriptName, Applied) VALUES ('Core/0099_future.sql', '2031-01-01'), ('Elsewhere/0001_x.sql', '2031-01-01')"
        );
        await using var again = SqliteServices.Create(directory.Path);
        var e = await Assert.ThrowsAsync<SchemaTooNewException>(() => again.GetRequiredService<IMetadataDatabase>().MigrateAsync());
        Assert.Equal("Core/0099_future.sql", e.Script);
    }

    [Fact]
    public async Task File_that_is_no_database_is_named()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 8192));
        await using var services = SqliteServices.Create(directory.Path);
        var e = await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            services.GetRequiredService<IMetadataDatabase>().MigrateAsync()
        );
        Assert.Equal(File, e.Path);
        Assert.Contains("no SQLite database", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_that_cannot_be_opened_is_named()
    {
        Directory.CreateDirectory(File);
        await using var services = SqliteServices.Create(directory.Path);
        var e = await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            services.GetRequiredService<IMetadataDatabase>().MigrateAsync()
        );
        Assert.Equal(File, e.Path);
    }

    [Fact]
    public void Folder_that_cannot_be_made_names_the_setting()
    {
        System.IO.File.WriteAllText(Path.Combine(directory.Path, "file"), "not a folder");
        using var services = SqliteServices.Create(Path.Combine(directory.Path, "file", "data"));
        var e = Assert.Throws<StorageUnavailableException>(() => services.GetRequiredService<IMetadataDatabase>());
        Assert.Contains("MlPlatform:DataDirectory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_disk_stores_nothing_of_the_write_and_later_writes_succeed()
    {
        await using var services = SqliteServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        await database.WriteAsync(
            Durability.Process,
            work => work.Connection.ExecuteAsync("CREATE TABLE t (x BLOB)", transaction: work.Transaction)
        );

        // A page limit answers with the same code as a full disk, on the writer's own connection.
        await database.WriteAsync(
            Durability.Process,
            async work =>
            {
                var pages = await work.Connection.ExecuteScalarAsync<long>("PRAGMA page_count", transaction: work.Transaction);
                await work.Connection.ExecuteScalarAsync<long>($"PRAGMA max_page_count = {pages + 20}", transaction: work.Transaction);
            }
        );
        var e = await Assert.ThrowsAsync<StorageUnavailableException>(() => InsertAsync(database, 1_000_000));
        Assert.Contains("full", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, await database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM t")));

        await InsertAsync(database, 10);
        Assert.Equal(1, await database.ReadAsync(c => c.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM t")));
    }

    private static Task<int> InsertAsync(IMetadataDatabase database, int bytes) =>
        database.WriteAsync(
            Durability.Process,
            work => work.Connection.ExecuteAsync("INSERT INTO t VALUES (zeroblob(@bytes))", new { bytes }, work.Transaction)
        );

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
