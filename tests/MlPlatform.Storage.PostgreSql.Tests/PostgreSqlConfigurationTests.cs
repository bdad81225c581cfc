using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Storage.PostgreSql.Tests;

public sealed class PostgreSqlConfigurationTests
{
    private const string Valid = "Host=db.invalid;Database=d;Username=u;Password=hush";

    [Fact]
    public async Task Both_databases_are_on_the_server()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore(o => o.DataDirectory = "data")
            .UsePostgreSql("Host=db;Database=mlplatform;Username=mlplatform;Password=...", o => o.Schema = "churn");

        await using var provider = services.BuildServiceProvider();
        Assert.Equal("postgresql", provider.GetRequiredService<IMetadataDatabase>().Dialect.Product);
        Assert.Equal("postgresql", provider.GetRequiredKeyedService<IMetadataDatabase>(DatabaseNames.Online).Dialect.Product);
    }

    [Fact]
    public void Registering_twice_registers_once()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UsePostgreSql(Valid);
        var count = services.Count(d => d.ServiceType != typeof(IConfigureOptions<PostgreSqlOptions>));
        services.AddMlPlatformCore().UsePostgreSql(Valid);
        Assert.Equal(count, services.Count(d => d.ServiceType != typeof(IConfigureOptions<PostgreSqlOptions>)));
    }

    [Fact]
    public void Connection_string_comes_from_the_configuration_unless_it_is_given()
    {
        (string, string)[] settings = [("ConnectionStrings:MlPlatform", Valid), ("MlPlatform:Storage:PostgreSql:Schema", "mine")];
        Assert.Equal((Valid, "mine"), Read(settings, null));
        Assert.Equal(("Host=other", "mine"), Read(settings, "Host=other"));
        Assert.Equal(
            ("Host=section", "mlplatform"),
            Read([("ConnectionStrings:MlPlatform", Valid), ("MlPlatform:Storage:PostgreSql:ConnectionString", "Host=section")], null)
        );
    }

    [Theory]
    [InlineData("MlPlatform:Storage:PostgreSql:Schema", "Mine; DROP")]
    [InlineData("MlPlatform:Storage:PostgreSql:Schema", "pg_mine")]
    [InlineData("MlPlatform:Storage:PostgreSql:MaxConcurrentWrites", "0")]
    [InlineData("MlPlatform:Storage:PostgreSql:MaxConcurrentReads", "1001")]
    [InlineData("MlPlatform:Storage:PostgreSql:CommandTimeout", "00:00:00.5")]
    [InlineData("MlPlatform:Storage:PostgreSql:MigrationTimeout", "2.00:00:00")]
    [InlineData("MlPlatform:Storage:PostgreSql:MaxRepeats", "-1")]
    [InlineData("MlPlatform:Storage:PostgreSql:PreparedStatements", "-1")]
    [InlineData("MlPlatform:Storage:PostgreSql:ConnectionString", "Database=no_host")]
    [InlineData("MlPlatform:Storage:PostgreSql:ConnectionString", "Host=db;Pasword=hush")]
    public async Task Bad_configuration_fails_at_start_with_its_path_and_without_the_password(string path, string value)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:MlPlatform", Valid), new(path, value)]);
        builder.Services.AddMlPlatformCore().UsePostgreSql();
        using var host = builder.Build();
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_connection_string_names_both_places()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UsePostgreSql();
        using var provider = services.BuildServiceProvider();
        var thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IMetadataDatabase>());
        Assert.Contains("ConnectionStrings:MlPlatform", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("MlPlatform:Storage:PostgreSql:ConnectionString", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_cannot_be_reached_is_named_without_its_password()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UsePostgreSql("Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hush");
        await using var provider = services.BuildServiceProvider();
        var database = provider.GetRequiredService<IMetadataDatabase>();
        for (var i = 0; i < 2; i++) // A first failure is not kept: the server may come up later.
        {
            var thrown = await Assert.ThrowsAsync<StorageUnavailableException>(() =>
                database.MigrateAsync(TestContext.Current.CancellationToken)
            );
            Assert.Equal("postgresql://127.0.0.1:1/d", thrown.Path);
            Assert.DoesNotContain("hush", thrown.ToString(), StringComparison.Ordinal);
        }
    }

    private static (string?, string) Read((string Key, string Value)[] settings, string? given)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build()
        );
        services.AddMlPlatformCore().UsePostgreSql(given);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<PostgreSqlOptions>>().Value;
        return (options.ConnectionString, options.Schema);
    }
}
