using Microsoft.Extensions.Options;

namespace MlPlatform.Features.Internal;

internal sealed class FeaturesOptionsValidator : IValidateOptions<FeaturesOptions>
{
    public ValidateOptionsResult Validate(string? name, FeaturesOptions options)
    {
        var errors = new List<string>();
        Check(options.MaxClockSkew >= TimeSpan.Zero, nameof(options.MaxClockSkew), options.MaxClockSkew, "it is not negative");
        Check(
            options.SegmentRows is >= 100 and <= 1_000_000,
            nameof(options.SegmentRows),
            options.SegmentRows,
            "it lies between 100 and 1000000"
        );
        Check(options.CacheBytesPerView >= 1 << 20, nameof(options.CacheBytesPerView), options.CacheBytesPerView, "it is at least 1048576");
        Check(options.CacheMaxAge >= TimeSpan.Zero, nameof(options.CacheMaxAge), options.CacheMaxAge, "it is not negative");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(bool valid, string option, object value, string rule)
        {
            if (!valid)
            {
                errors.Add(FormattableString.Invariant($"{FeaturesOptions.Section}:{option} is {value}; {rule}."));
            }
        }
    }
}
