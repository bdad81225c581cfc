using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

internal sealed class PipelinesOptionsValidator : IValidateOptions<PipelinesOptions>
{
    public ValidateOptionsResult Validate(string? name, PipelinesOptions options)
    {
        var errors = new List<string>();
        if (options.Slots is < 1 or > 10_000)
        {
            errors.Add($"{PipelinesOptions.Section}:{nameof(options.Slots)} is {options.Slots}; 1 to 10,000 is allowed.");
        }

        if (options.Lease < TimeSpan.FromSeconds(1) || options.Lease > TimeSpan.FromHours(1))
        {
            errors.Add($"{PipelinesOptions.Section}:{nameof(options.Lease)} is {options.Lease}; 1 s to 1 h is allowed.");
        }

        if (options.Renew < TimeSpan.FromMilliseconds(10) || options.Renew > options.Lease / 2)
        {
            errors.Add(
                $"{PipelinesOptions.Section}:{nameof(options.Renew)} is {options.Renew}; 10 ms to half of the lease ({options.Lease / 2}) is allowed."
            );
        }

        if (options.Poll < TimeSpan.FromMilliseconds(10) || options.Poll > TimeSpan.FromMinutes(1))
        {
            errors.Add($"{PipelinesOptions.Section}:{nameof(options.Poll)} is {options.Poll}; 10 ms to 1 min is allowed.");
        }

        if (errors.Count == 0 && options.Renew + options.Poll >= options.Lease)
        {
            errors.Add(
                $"{PipelinesOptions.Section}: steps are renewed when a poll finds {nameof(options.Renew)} ({options.Renew}) over, which with {nameof(options.Poll)} "
                    + $"({options.Poll}) may be after the {nameof(options.Lease)} ({options.Lease}) has run out; shorten one of the two, or lengthen the lease."
            );
        }

        if (options.MaxLosses is < 1 or > 1000)
        {
            errors.Add($"{PipelinesOptions.Section}:{nameof(options.MaxLosses)} is {options.MaxLosses}; 1 to 1,000 is allowed.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
