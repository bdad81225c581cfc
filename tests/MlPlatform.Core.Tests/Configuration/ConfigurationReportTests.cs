using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace MlPlatform.Core.Tests;

public sealed class ConfigurationReportTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_says_where_each_value_came_from_and_never_the_value()
    {
        var events = await StartAsync(
            new() { ["MlPlatform:ConsumptionInterval"] = "00:00:20", ["MlPlatform:RunRecurringWork"] = "false" },
            o => o.RunRecurringWork = true
        );

        var resolved = Assert.Single(events, e => e.Type == EventTypes.ConfigResolved).Payload;
        var keys = resolved.GetProperty("keys").EnumerateArray().ToDictionary(k => k.GetProperty("key").GetString()!);
        Assert.Equal(("Memory", false), Read(keys["MlPlatform:ConsumptionInterval"]));
        Assert.Equal(("code", false), Read(keys["MlPlatform:DataDirectory"]));
        Assert.Equal(("default", true), Read(keys["MlPlatform:ArtifactMinimumAge"]));
        Assert.Equal(("default", true), Read(keys["MlPlatform:RunRecurringWork"])); // The callback put back what configuration had changed.
        Assert.Equal(("default", true), Read(keys["MlPlatform:Storage:Sqlite:MaxGroupSize"]));
        Assert.DoesNotContain(root, resolved.GetRawText(), StringComparison.Ordinal);
        Assert.Null(keys["MlPlatform:SecretKey"].GetProperty("hash").GetString()); // What is not set has no value to hash.
        Assert.All(
            keys.Values.Where(k => k.GetProperty("key").GetString() != "MlPlatform:SecretKey"),
            k => Assert.StartsWith("sha256:", k.GetProperty("hash").GetString(), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Key_that_nothing_reads_is_reported_with_those_that_are_read()
    {
        var logger = new FakeLogCollector();
        var events = await StartAsync(
            new()
            {
                ["MlPlatform:Storage:Sqlite:MaxGroupSiz"] = "3",
                ["MlPlatform:Storage:Sqlit:MaxGroupSize"] = "3",
                ["MlPlatform:DataDirectory"] = root,
                ["Logging:Whatever"] = "1",
            },
            null,
            logger
        );

        var read = Assert.Single(events, e => e.Type == EventTypes.ConfigKeyRead).Payload;
        Assert.Equal(
            ["MlPlatform:Storage:Sqlit:MaxGroupSize", "MlPlatform:Storage:Sqlite:MaxGroupSiz"],
            read.GetProperty("unread").EnumerateArray().Select(k => k.GetString())
        );
        Assert.Contains("MlPlatform:Storage:Sqlite:MaxGroupSize", read.GetProperty("read").EnumerateArray().Select(k => k.GetString()));
        var warnings = logger.GetSnapshot().Where(r => r.Level == LogLevel.Warning).Select(r => r.Message).ToList();
        Assert.Contains(
            warnings,
            w => w.Contains("'MlPlatform:Storage:Sqlite:MaxGroupSiz'") && w.Contains("MlPlatform:Storage:Sqlite:BusyTimeout")
        );
        Assert.Contains(
            warnings,
            w =>
                w.Contains("'MlPlatform:Storage:Sqlit:MaxGroupSize'")
                && w.Contains("MlPlatform, MlPlatform:Delivery, MlPlatform:Storage:Sqlite")
        );
    }

    [Fact]
    public async Task Same_configuration_says_nothing_at_the_next_start_and_another_one_does()
    {
        await StartAsync([], null);
        Assert.Equal(2, (await StartAsync([], null)).Count);
        Assert.Equal(3, (await StartAsync(new() { ["MlPlatform:ConsumptionInterval"] = "00:00:20" }, null)).Count);
    }

    private async Task<IReadOnlyList<EventRecord>> StartAsync(
        Dictionary<string, string?> settings,
        Action<MlPlatformOptions>? configure,
        FakeLogCollector? logger = null
    )
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services
            .AddMlPlatformCore(o =>
            {
                o.DataDirectory = root;
                configure?.Invoke(o);
            })
            .UseSqlite();
        if (logger is not null)
        {
            services.AddLogging(l => l.AddProvider(new FakeLoggerProvider(logger)));
        }

        await using var provider = services.BuildServiceProvider();
        var lifetime = provider.GetRequiredService<IPlatformLifetime>();
        await lifetime.StartAsync(Cancel);
        await lifetime.StopAsync(Cancel);
        return await provider.ReadSettledAsync(new(), Cancel);
    }

    private static (string? Source, bool IsDefault) Read(JsonElement key) =>
        (key.GetProperty("source").GetString(), key.GetProperty("default").GetBoolean());
}
