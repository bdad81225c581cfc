using Microsoft.Extensions.Options;

namespace MlPlatform.Registry.Internal;

internal sealed class RegistryOptionsValidator : IValidateOptions<RegistryOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryOptions options)
    {
        var errors = new List<string>();
        if (options.MetricBufferSize is < 1 or > 10_000_000)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(options.MetricBufferSize)} is {options.MetricBufferSize}; 1 to 10,000,000 is allowed."
            );
        }

        if (options.MetricBatchSize is < 1 or > 100_000)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(options.MetricBatchSize)} is {options.MetricBatchSize}; 1 to 100,000 is allowed."
            );
        }

        if (options.MetricFlushInterval < TimeSpan.FromMilliseconds(1) || options.MetricFlushInterval > TimeSpan.FromMinutes(1))
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(options.MetricFlushInterval)} is {options.MetricFlushInterval}; 1 ms to 1 min is allowed."
            );
        }

        if (options.MetricRetryTime < TimeSpan.Zero || options.MetricRetryTime > TimeSpan.FromDays(1))
        {
            errors.Add($"{RegistryOptions.Section}:{nameof(options.MetricRetryTime)} is {options.MetricRetryTime}; 0 to 1 day is allowed.");
        }

        if (options.SystemMetricsInterval < TimeSpan.FromMilliseconds(100) || options.SystemMetricsInterval > TimeSpan.FromHours(1))
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(options.SystemMetricsInterval)} is {options.SystemMetricsInterval}; 100 ms to 1 h is allowed."
            );
        }

        if (options.PurgeDeletedAfter < TimeSpan.Zero)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(options.PurgeDeletedAfter)} is {options.PurgeDeletedAfter}; it cannot be negative."
            );
        }

        if (options.RequireSignature.Count > 0 && options.TrustedKeys.Count == 0 && options.TrustedRoots.Count == 0)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(options.RequireSignature)} asks for signatures, and nobody is trusted: name files in {nameof(options.TrustedKeys)} or {nameof(options.TrustedRoots)}."
            );
        }

        for (var i = 0; i < options.Retention.Count; i++)
        {
            var rule = options.Retention[i];
            var path = $"{RegistryOptions.Section}:{nameof(options.Retention)}:{i}";
            if (string.IsNullOrWhiteSpace(rule.Experiment) == string.IsNullOrWhiteSpace(rule.Model))
            {
                errors.Add($"{path} names an {nameof(rule.Experiment)} or a {nameof(rule.Model)}, one of the two.");
            }

            if (rule.KeepLast < 0 || rule.MaximumAge < TimeSpan.Zero)
            {
                errors.Add($"{path} has a negative {nameof(rule.KeepLast)} or {nameof(rule.MaximumAge)}.");
            }

            if (rule is { KeepLast: 0, MaximumAge: null })
            {
                errors.Add($"{path} would delete everything: set {nameof(rule.KeepLast)} or {nameof(rule.MaximumAge)}.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
