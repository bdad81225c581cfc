using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace MlPlatform.Storage.AzureBlobs.Internal;

internal sealed partial class AzureBlobsOptionsValidator : IValidateOptions<AzureBlobsOptions>
{
    public ValidateOptionsResult Validate(string? name, AzureBlobsOptions options)
    {
        var errors = new List<string>();
        CheckConnection(errors, options);
        if (!ContainerName().IsMatch(options.Container) || options.Container.Contains("--", StringComparison.Ordinal))
        {
            errors.Add(
                $"{AzureBlobsOptions.Section}:Container is '{options.Container}'; allowed are 3 to 63 lower-case letters, digits and single hyphens between them."
            );
        }

        CheckRange(errors, nameof(options.BlockSize), options.BlockSize, 64 * 1024, 100 * 1024 * 1024);
        CheckRange(errors, nameof(options.ParallelBlocks), options.ParallelBlocks, 1, 64);
        CheckRange(errors, nameof(options.MaxRetries), options.MaxRetries, 0, 20);
        CheckTime(errors, nameof(options.RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        CheckTime(errors, nameof(options.NetworkTimeout), options.NetworkTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckConnection(List<string> errors, AzureBlobsOptions options)
    {
        const string Where = $"{AzureBlobsOptions.Section}:Connection, or ConnectionStrings:{BlobContainers.ConnectionName},";
        if (string.IsNullOrWhiteSpace(options.Connection))
        {
            errors.Add(
                $"{Where} is missing; give a connection string, or the address of the blob service such as 'https://account.blob.core.windows.net'."
            );
            return;
        }

        try
        {
            _ = BlobContainers.Open(options);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or UriFormatException or InvalidOperationException)
        {
            // The library's message may hold a part of the text, and with it a key.
            errors.Add(
                $"{Where} cannot be read; expected is a connection string of a storage account, or the http(s) address of its blob service."
            );
        }
    }

    private static void CheckRange(List<string> errors, string option, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add(FormattableString.Invariant($"{AzureBlobsOptions.Section}:{option} is {value}; allowed are {low} to {high}."));
        }
    }

    private static void CheckTime(List<string> errors, string option, TimeSpan value, TimeSpan low, TimeSpan high)
    {
        if (value < low || value > high)
        {
            errors.Add($"{AzureBlobsOptions.Section}:{option} is {value}; allowed are {low} to {high}.");
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContainerName();
}
