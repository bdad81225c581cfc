using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace PlatformHost;

internal sealed class ProviderOptionsValidator : IValidateOptions<ProviderOptions>
{
    private static readonly string[] Metadata = ["Sqlite", "PostgreSql"];
    private static readonly string[] Artifacts = ["Files", "AzureBlobs"];

    public ValidateOptionsResult Validate(string? name, ProviderOptions options)
    {
        string?[] errors =
        [
            Check(nameof(options.Metadata), options.Metadata, Metadata),
            Check(nameof(options.Artifacts), options.Artifacts, Artifacts),
        ];
        return errors.OfType<string>().ToList() is { Count: > 0 } found ? ValidateOptionsResult.Fail(found) : ValidateOptionsResult.Success;
    }

    private static string? Check(string option, string value, string[] known) =>
        known.Contains(value, StringComparer.Ordinal)
            ? null
            : $"{MlPlatformOptions.Section}:{option} is '{value}'; this host knows: {string.Join(", ", known)}.";
}
