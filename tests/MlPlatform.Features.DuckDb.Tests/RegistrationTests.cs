using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Features.DuckDb.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Use_duck_db_registers_one_engine_and_removes_its_folder_at_the_end()
    {
        var data = Directory.CreateTempSubdirectory("duckdb-tests").FullName;
        try
        {
            var services = new ServiceCollection();
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
            services.AddMlPlatformCore(o => o.DataDirectory = data).UseDuckDb().UseDuckDb(o => o.Threads = 1);
            using (var provider = services.BuildServiceProvider())
            {
                Assert.IsType<DuckDbOfflineEngine>(Assert.Single(provider.GetServices<IOfflineEngine>()));
                Assert.Single(Directory.GetDirectories(Path.Combine(data, "duckdb")));
            }

            Assert.Empty(Directory.GetDirectories(Path.Combine(data, "duckdb")));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public void An_option_out_of_range_is_refused_with_its_path()
    {
        var refused = Assert.Throws<ArgumentException>(() => new DuckDbOfflineEngine(new() { Threads = 0, MemoryLimitBytes = 1 }));
        Assert.Contains("MlPlatform:Features:DuckDb:Threads", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MlPlatform:Features:DuckDb:MemoryLimitBytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_a_dead_owner_is_removed_and_that_of_a_living_one_is_kept()
    {
        var data = Directory.CreateTempSubdirectory("duckdb-tests").FullName;
        try
        {
            var orphan = Directory.CreateDirectory(Path.Combine(data, "orphan")).FullName;
            File.WriteAllText(Path.Combine(orphan, "owner.lock"), string.Empty);
            using var living = new DuckDbOfflineEngine(new() { SpillDirectory = data });
            Assert.False(Directory.Exists(orphan));
            using var second = new DuckDbOfflineEngine(new() { SpillDirectory = data });
            Assert.Equal(2, Directory.GetDirectories(data).Length);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
