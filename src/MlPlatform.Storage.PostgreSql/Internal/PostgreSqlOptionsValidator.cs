using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

internal sealed partial class PostgreSqlOptionsValidator : IValidateOptions<PostgreSqlOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgreSqlOptions options)
    {
        var errors = new List<string>();
        CheckConnection(errors, options.ConnectionString);
        if (!Identifier().IsMatch(options.Schema))
        {
            errors.Add(
                $"{PostgreSqlOptions.Section}:Schema is '{options.Schema}'; allowed are lower-case letters, digits and underscores, at most 50, the first no digit."
            );
        }
        else if (options.Schema.StartsWith("pg_", StringComparison.Ordinal))
        {
            errors.Add($"{PostgreSqlOptions.Section}:Schema is '{options.Schema}'; names that begin with pg_ are PostgreSQL's own.");
        }

        CheckRange(errors, nameof(options.MaxConcurrentWrites), options.MaxConcurrentWrites, 1, 1000);
        CheckRange(errors, nameof(options.MaxConcurrentReads), options.MaxConcurrentReads, 1, 1000);
        CheckRange(errors, nameof(options.MaxRepeats), options.MaxRepeats, 0, 100);
        CheckRange(errors, nameof(options.PreparedStatements), options.PreparedStatements, 0, 10_000);
        CheckTime(errors, nameof(options.CommandTimeout), options.CommandTimeout, TimeSpan.FromHours(1));
        CheckTime(errors, nameof(options.MigrationTimeout), options.MigrationTimeout, TimeSpan.FromDays(1));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckConnection(List<string> errors, string? connectionString)
    {
        const string Where = $"{PostgreSqlOptions.Section}:ConnectionString, or ConnectionStrings:{PostgreSqlConnections.ConnectionName},";
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            errors.Add($"{Where} is missing; give one, such as 'Host=db;Database=mlplatform;Username=mlplatform;Password=...'.");
            return;
        }

        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(parsed.Host))
            {
                errors.Add($"{Where} names no Host.");
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The driver's message may hold a part of the text, and with it a password.
            errors.Add($"{Where} cannot be read; expected are pairs of the driver's keywords, such as 'Host=db;Database=mlplatform'.");
        }
    }

    private static void CheckRange(List<string> errors, string option, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add(FormattableString.Invariant($"{PostgreSqlOptions.Section}:{option} is {value}; allowed are {low} to {high}."));
        }
    }

    private static void CheckTime(List<string> errors, string option, TimeSpan value, TimeSpan high)
    {
        if (value < TimeSpan.FromSeconds(1) || value > high)
        {
            errors.Add($"{PostgreSqlOptions.Section}:{option} is {value}; allowed are 1 s to {high}.");
        }
    }

    [GeneratedRegex(@"\A[a-z_][a-z0-9_]{0,49}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifier();
}
