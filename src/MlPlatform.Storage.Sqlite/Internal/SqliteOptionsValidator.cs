using Microsoft.Extensions.Options;

namespace MlPlatform.Storage.Sqlite.Internal;

internal sealed class SqliteOptionsValidator : IValidateOptions<SqliteOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteOptions options)
    {
        var errors = new List<string>();
        if (options.BusyTimeout < TimeSpan.FromMilliseconds(10) || options.BusyTimeout > TimeSpan.FromMinutes(10))
        {
            errors.Add($"{SqliteOptions.Section}:BusyTimeout is {options.BusyTimeout}; allowed are 10 ms to 10 min.");
        }

        if (options.MaxGroupSize is < 1 or > 10_000)
        {
            errors.Add($"{SqliteOptions.Section}:MaxGroupSize is {options.MaxGroupSize}; allowed are 1 to 10,000.");
        }

        if (options.MaxGroupTime < TimeSpan.Zero)
        {
            errors.Add($"{SqliteOptions.Section}:MaxGroupTime is {options.MaxGroupTime}; it must not be negative.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
