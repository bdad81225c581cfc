namespace MlPlatform.TestSupport;

/// <summary>The blob service of the tests, in practice an emulator.</summary>
internal static class TestAzureBlobs
{
    public const string Variable = "MLPLATFORM_TEST_AZUREBLOBS";
    public const string RequireVariable = "MLPLATFORM_TEST_REQUIRE_SERVERS";

    public static string? ConnectionString { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;

    /// <summary>Why tests that need the service do not run, or null when they do; a missing service that is required fails them.</summary>
    public static string? SkipReason =>
        ConnectionString is not null || Environment.GetEnvironmentVariable(RequireVariable) == "1"
            ? null
            : $"set {Variable} to the connection string of a storage account, or of Azurite (eng/start-azurite.sh)";

    public static string Require() =>
        ConnectionString ?? throw new InvalidOperationException($"{Variable} is not set; give the connection string of a storage account.");
}
