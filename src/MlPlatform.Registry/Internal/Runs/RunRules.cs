using System.Runtime.CompilerServices;

namespace MlPlatform.Registry.Internal;

/// <summary>What keys, values and names of runs may look like.</summary>
internal static class RunRules
{
    public const int ParamLength = 6000;
    public const int TagLength = 8000;
    public const int ExperimentTagLength = 5000;

    public static void Check(RunOptions options)
    {
        if (options.Name is not null)
        {
            CheckName(options.Name, nameof(options));
        }

        CheckLength(options.UserId ?? string.Empty, 256, "user id", nameof(options));
        foreach (var (key, value) in options.Tags)
        {
            CheckKey(key, nameof(options));
            CheckLength(value, TagLength, key, nameof(options));
        }
    }

    public static void Check(RunBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var metric in batch.Metrics)
        {
            CheckKey(metric.Key, nameof(batch));
        }

        foreach (var (key, value) in batch.Params)
        {
            CheckKey(key, nameof(batch));
            CheckLength(value, ParamLength, key, nameof(batch));
        }

        if (batch.Params.GroupBy(p => p.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
        {
            throw new ArgumentException($"Param '{twice.Key}' appears twice in one batch.", nameof(batch));
        }

        foreach (var (key, value) in batch.Tags)
        {
            CheckKey(key, nameof(batch));
            CheckLength(value, TagLength, key, nameof(batch));
        }
    }

    public static void Check(RunDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        CheckName(dataset.Name, nameof(dataset));
        ArgumentException.ThrowIfNullOrWhiteSpace(dataset.Digest, nameof(dataset));
        CheckLength(dataset.Digest, 128, "digest", nameof(dataset));
        CheckLength(dataset.SourceType ?? string.Empty, 500, "source type", nameof(dataset));
        CheckLength(dataset.Source ?? string.Empty, 65_535, "source", nameof(dataset));
        CheckLength(dataset.SchemaText ?? string.Empty, 1_048_575, "schema", nameof(dataset));
        CheckLength(dataset.Profile ?? string.Empty, 16_777_215, "profile", nameof(dataset));
        foreach (var (key, value) in dataset.Tags)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(key, nameof(dataset));
            CheckLength(key, 255, "the tag's key", nameof(dataset));
            CheckLength(value, 500, key, nameof(dataset));
        }
    }

    public static void CheckExperimentId(string? id, [CallerArgumentExpression(nameof(id))] string? parameter = null)
    {
        if (id is not null && (id.Length is 0 or > 64 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')))
        {
            throw new ArgumentException($"'{id}' cannot be an id: 1 to 64 letters, digits, '_' and '-'.", parameter);
        }
    }

    public static void CheckKey(string key, [CallerArgumentExpression(nameof(key))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key, parameter);
        if (key.Length > 250 || key[0] == '/' || !key.All(IsAllowed) || key.Split('/').Any(s => s is "." or ".."))
        {
            throw new ArgumentException(
                $"'{key}' cannot be a key: 1 to 250 letters, digits, '_', '-', '.', ':', '/' or spaces, no leading '/', no segment '.' or '..'.",
                parameter
            );
        }
    }

    public static void CheckLength(
        string value,
        int maximum,
        string key,
        [CallerArgumentExpression(nameof(value))] string? parameter = null
    )
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        if (value.Length > maximum)
        {
            throw new ArgumentException($"The value of '{key}' has {value.Length} characters; at most {maximum} are allowed.", parameter);
        }
    }

    public static void CheckName(string name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        if (name.Length > 500 || name.Any(char.IsControl))
        {
            throw new ArgumentException("A name has 1 to 500 characters without control characters.", parameter);
        }
    }

    private static bool IsAllowed(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/' or ' ';
}
