using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Storage.AzureBlobs.Tests;

public sealed class AzureBlobsConfigurationTests
{
    private const string Valid = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aHVzaA==;EndpointSuffix=core.windows.net";

    [Fact]
    public void Registering_twice_registers_once_and_the_last_store_wins()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = Directory.CreateTempSubdirectory("mlp-blobs-").FullName).UseAzureBlobs(Valid);
        var count = services.Count(d => d.ServiceType != typeof(IConfigureOptions<AzureBlobsOptions>));
        services.AddMlPlatformCore().UseAzureBlobs(Valid);

        Assert.Equal(count, services.Count(d => d.ServiceType != typeof(IConfigureOptions<AzureBlobsOptions>)));
        using var provider = services.BuildServiceProvider();
        Assert.IsType<Internal.AzureBlobArtifactStore>(Assert.Single(provider.GetServices<IArtifactStore>()));
        Assert.Throws<ArgumentNullException>(() => AzureBlobsMlPlatformBuilderExtensions.UseAzureBlobs(null!));
    }

    [Fact]
    public void A_key_or_an_identity_opens_the_store()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore(o => o.DataDirectory = "data")
            .UseAzureBlobs("DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...", o => o.Container = "churn");
        services
            .AddMlPlatformCore(o => o.DataDirectory = "data")
            .UseAzureBlobs("https://account.blob.core.windows.net", o => o.Credential = new DefaultAzureCredential());

        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<AzureBlobsOptions>>().Value;
        Assert.Equal(("churn", true), (options.Container, options.Credential is DefaultAzureCredential));
        Assert.Equal("https://account.blob.core.windows.net/churn", Internal.BlobContainers.Open(options).Uri.ToString());
    }

    [Fact]
    public void The_connection_comes_from_the_configuration_unless_it_is_given()
    {
        (string, string)[] settings =
        [
            ("ConnectionStrings:MlPlatformArtifacts", Valid),
            ("MlPlatform:Storage:AzureBlobs:Container", "mine"),
        ];

        Assert.Equal((Valid, "mine"), Read(settings, null));
        Assert.Equal(("https://a.blob.core.windows.net", "mine"), Read(settings, "https://a.blob.core.windows.net"));
    }

    [Theory]
    [InlineData("MlPlatform:Storage:AzureBlobs:Container", "UPPER")]
    [InlineData("MlPlatform:Storage:AzureBlobs:Container", "a--b")]
    [InlineData("MlPlatform:Storage:AzureBlobs:Container", "ab")]
    [InlineData("MlPlatform:Storage:AzureBlobs:BlockSize", "100")]
    [InlineData("MlPlatform:Storage:AzureBlobs:ParallelBlocks", "0")]
    [InlineData("MlPlatform:Storage:AzureBlobs:MaxRetries", "-1")]
    [InlineData("MlPlatform:Storage:AzureBlobs:RetryDelay", "0")]
    [InlineData("MlPlatform:Storage:AzureBlobs:NetworkTimeout", "2:00:00")]
    [InlineData("MlPlatform:Storage:AzureBlobs:Connection", "Account=a;Key=hush")]
    [InlineData("MlPlatform:Storage:AzureBlobs:Connection", "http://")]
    public async Task Bad_configuration_fails_at_start_with_its_path_and_without_the_key(string path, string value)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:MlPlatformArtifacts", Valid), new(path, value)]);
        builder.Services.AddMlPlatformCore().UseSqlite().UseAzureBlobs();
        using var host = builder.Build();
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_connection_names_both_places()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UseAzureBlobs();
        using var provider = services.BuildServiceProvider();
        var thrown = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IArtifactStore>());
        Assert.Contains("ConnectionStrings:MlPlatformArtifacts", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("MlPlatform:Storage:AzureBlobs:Connection", thrown.Message, StringComparison.Ordinal);
    }

    private static (string?, string) Read((string Key, string Value)[] settings, string? given)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build()
        );
        services.AddMlPlatformCore().UseAzureBlobs(given);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<AzureBlobsOptions>>().Value;
        return (options.Connection, options.Container);
    }
}
