using System.Globalization;
using Microsoft.Extensions.Options;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed class MlflowOptionsValidator : IValidateOptions<MlflowOptions>
{
    public ValidateOptionsResult Validate(string? name, MlflowOptions options)
    {
        var errors = new List<string>();
        if (options.Uri is not { IsAbsoluteUri: true, Scheme: "http" or "https" } uri)
        {
            errors.Add($"{MlflowOptions.Section}:{nameof(options.Uri)} is '{options.Uri}'; an address with http or https is needed.");
        }
        else if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            errors.Add(
                $"{MlflowOptions.Section}:{nameof(options.Uri)} must have no user, query or fragment; users go into {nameof(options.UserName)}."
            );
        }

        if (options.Token is not null && options.UserName is not null)
        {
            errors.Add($"{MlflowOptions.Section} has a {nameof(options.Token)} and a {nameof(options.UserName)}; one of them is allowed.");
        }

        Range(nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Range(nameof(options.TransferTimeout), options.TransferTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range(nameof(options.Retries), options.Retries, 0, 20);
        Range(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Range(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
        Range(nameof(options.MaximumModelBytes), options.MaximumModelBytes, 1, long.MaxValue);
        Range(nameof(options.MaximumModelFiles), options.MaximumModelFiles, 1, 100_000);
        if (string.IsNullOrWhiteSpace(options.PackageExperiment))
        {
            errors.Add($"{MlflowOptions.Section}:{nameof(options.PackageExperiment)} is blank; the name of an experiment is needed.");
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

        void Range<T>(string key, T value, T from, T to)
            where T : IComparable<T>
        {
            if (value.CompareTo(from) < 0 || value.CompareTo(to) > 0)
            {
                errors.Add(
                    string.Create(CultureInfo.InvariantCulture, $"{MlflowOptions.Section}:{key} is {value}; {from} to {to} is allowed.")
                );
            }
        }
    }
}
