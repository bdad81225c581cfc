using Microsoft.Extensions.Options;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class AspNetCoreOptionsValidator : IValidateOptions<AspNetCoreOptions>
{
    public ValidateOptionsResult Validate(string? name, AspNetCoreOptions options)
    {
        var errors = new List<string>();
        Check(
            options.MaxRequestBytes is >= 1 << 10 and <= 256 << 20,
            nameof(options.MaxRequestBytes),
            options.MaxRequestBytes,
            "it lies between 1 KiB and 256 MiB"
        );
        Check(
            options.MaxTraceBytes is >= 1 << 10 and <= 256 << 20,
            nameof(options.MaxTraceBytes),
            options.MaxTraceBytes,
            "it lies between 1 KiB and 256 MiB"
        );
        Check(
            options.MaxInferenceBytes >= 1 << 10,
            nameof(options.MaxInferenceBytes),
            options.MaxInferenceBytes,
            "it lies between 1 KiB and 2 GiB - 1"
        );
        Check(
            IsRate(options.MaxClientRate),
            nameof(options.MaxClientRate),
            options.MaxClientRate,
            "it is 0 or lies between 0.001 and 100,000"
        );
        Check(
            IsRate(options.MaxModelRate),
            nameof(options.MaxModelRate),
            options.MaxModelRate,
            "it is 0 or lies between 0.001 and 100,000"
        );
        Check(options.MaxArtifactBytes >= 1 << 20, nameof(options.MaxArtifactBytes), options.MaxArtifactBytes, "it is at least 1 MiB");
        Check(
            options.ShutdownDelay >= TimeSpan.Zero && options.ShutdownDelay <= TimeSpan.FromMinutes(10),
            nameof(options.ShutdownDelay),
            options.ShutdownDelay,
            "it lies between 0 and 10 min"
        );
        Check(!string.IsNullOrWhiteSpace(options.TeamClaim), nameof(options.TeamClaim), "empty", "name a claim");
        foreach (var host in options.AllowedHosts)
        {
            Check(
                HostList.IsPattern(host),
                nameof(options.AllowedHosts),
                $"'{host}'",
                "a name without scheme, port and path, '*.name' or '*'"
            );
        }

        foreach (var origin in options.AllowedOrigins)
        {
            Check(
                OriginList.IsOrigin(origin),
                nameof(options.AllowedOrigins),
                $"'{origin}'",
                "'https://name' or 'https://name:port', no path"
            );
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        static bool IsRate(double rate) => rate is 0 or (>= 0.001 and <= 100_000);

        void Check(bool valid, string option, object value, string rule)
        {
            if (!valid)
            {
                errors.Add(FormattableString.Invariant($"{AspNetCoreOptions.Section}:{option} is {value}; {rule}."));
            }
        }
    }
}
