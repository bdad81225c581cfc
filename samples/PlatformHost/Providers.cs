using Azure.Identity;
using MlPlatform.Core;
using MlPlatform.Storage.AzureBlobs;

namespace PlatformHost;

/// <summary>Which technology keeps what, by name: configuration <c>MlPlatform:Metadata</c> and <c>MlPlatform:Artifacts</c>.</summary>
/// <remarks>A new provider is one package reference, one line here and its name in <see cref="ProviderOptionsValidator"/>.</remarks>
internal static class Providers
{
    public static IMlPlatformBuilder UseProviders(this IMlPlatformBuilder builder, IConfiguration configuration)
    {
        builder.AddPlatformOptions<ProviderOptions, ProviderOptionsValidator>(MlPlatformOptions.Section);
        var chosen = configuration.GetSection(MlPlatformOptions.Section).Get<ProviderOptions>() ?? new();
        builder = chosen.Metadata switch
        {
            "Sqlite" => builder.UseSqlite(),
            "PostgreSql" => builder.UsePostgreSql(), // At ConnectionStrings:MlPlatform.
            _ => builder, // Refused at start, with the names that there are.
        };
        return chosen.Artifacts switch
        {
            "Files" => builder, // Core's own.
            "AzureBlobs" => builder.UseAzureBlobs(configure: SignIn), // At ConnectionStrings:MlPlatformArtifacts.
            _ => builder,
        };
    }

    /// <summary>An address needs an identity: that of the machine or service, or of whoever is signed in. A connection string has its own key.</summary>
    private static void SignIn(AzureBlobsOptions options) => options.Credential = new DefaultAzureCredential();
}
