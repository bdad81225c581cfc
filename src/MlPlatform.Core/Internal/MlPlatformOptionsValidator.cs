using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class MlPlatformOptionsValidator : IValidateOptions<MlPlatformOptions>
{
    public ValidateOptionsResult Validate(string? name, MlPlatformOptions options)
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            errors.Add("MlPlatform:DataDirectory is empty; name a folder that the process may write to.");
        }

        if (options.ArtifactMinimumAge < TimeSpan.Zero)
        {
            errors.Add($"MlPlatform:ArtifactMinimumAge is {options.ArtifactMinimumAge}; it must not be negative.");
        }

        if (options.ConsumptionInterval < TimeSpan.FromSeconds(1) || options.ConsumptionInterval > TimeSpan.FromDays(1))
        {
            errors.Add(
                $"MlPlatform:ConsumptionInterval is {options.ConsumptionInterval}; it must be at least one second and at most a day."
            );
        }

        if (
            options.SecretKey is { } key
            && !(Convert.TryFromBase64String(key, new byte[key.Length], out var bytes) && bytes == SecretBox.KeyBytes)
        )
        {
            errors.Add($"MlPlatform:SecretKey is not {SecretBox.KeyBytes} bytes in base 64.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
