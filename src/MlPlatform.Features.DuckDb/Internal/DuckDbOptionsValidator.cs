using Microsoft.Extensions.Options;

namespace MlPlatform.Features.DuckDb.Internal;

internal sealed class DuckDbOptionsValidator : IValidateOptions<DuckDbOptions>
{
    private const long LeastMemory = 64L << 20;
    private const int MostThreads = 1024;

    public ValidateOptionsResult Validate(string? name, DuckDbOptions options)
    {
        var failures = new List<string>();
        if (options.MemoryLimitBytes < LeastMemory)
        {
            failures.Add($"{DuckDbOptions.Section}:MemoryLimitBytes must be at least {LeastMemory}.");
        }

        if (options.Threads is < 1 or > MostThreads)
        {
            failures.Add($"{DuckDbOptions.Section}:Threads must be between 1 and {MostThreads}.");
        }

        if (options.SpillDirectory is not null && string.IsNullOrWhiteSpace(options.SpillDirectory))
        {
            failures.Add($"{DuckDbOptions.Section}:SpillDirectory must not be blank.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
