using System.Net;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class DeliveryOptionsValidator : IValidateOptions<DeliveryOptions>
{
    public ValidateOptionsResult Validate(string? name, DeliveryOptions options)
    {
        var errors = new List<string>();
        foreach (var network in options.AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
        {
            errors.Add(
                $"{DeliveryOptions.Section}:{nameof(options.AllowedNetworks)} has '{network}'; a network is written as 10.1.0.0/16."
            );
        }

        Check(options.MaximumAttempts is < 1 or > 100, nameof(options.MaximumAttempts), options.MaximumAttempts, "1 to 100");
        CheckTime(options.FirstRetryDelay, nameof(options.FirstRetryDelay), TimeSpan.FromHours(1));
        CheckTime(options.MaximumRetryDelay, nameof(options.MaximumRetryDelay), TimeSpan.FromDays(1));
        CheckTime(options.Timeout, nameof(options.Timeout), TimeSpan.FromMinutes(1));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckTime(TimeSpan value, string option, TimeSpan most) =>
            Check(value < TimeSpan.FromSeconds(1) || value > most, option, value, $"1 s to {most:c}");

        void Check(bool isWrong, string option, object value, string allowed)
        {
            if (isWrong)
            {
                errors.Add($"{DeliveryOptions.Section}:{option} is {value}; {allowed} is allowed.");
            }
        }
    }
}
