using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

internal sealed class MonitoringOptionsValidator : IValidateOptions<MonitoringOptions>
{
    public ValidateOptionsResult Validate(string? name, MonitoringOptions options)
    {
        var errors = new List<string>();
        Check(options.BlockRows is >= 16 and <= 65_536, nameof(options.BlockRows), options.BlockRows, "it lies between 16 and 65536");
        Check(options.BufferBlocks >= 16, nameof(options.BufferBlocks), options.BufferBlocks, "it is at least 16");
        Check(
            options.FlushInterval >= TimeSpan.FromMilliseconds(10) && options.FlushInterval <= TimeSpan.FromHours(1),
            nameof(options.FlushInterval),
            options.FlushInterval,
            "it lies between 10 ms and an hour"
        );
        Check(
            options.PaneSize >= TimeSpan.FromMinutes(1)
                && options.PaneSize <= TimeSpan.FromDays(1)
                && TimeSpan.TicksPerDay % options.PaneSize.Ticks == 0,
            nameof(options.PaneSize),
            options.PaneSize,
            "it divides a day and is at least a minute"
        );
        Check(
            options.EvaluationInterval >= TimeSpan.FromMinutes(1),
            nameof(options.EvaluationInterval),
            options.EvaluationInterval,
            "it is at least a minute"
        );
        Check(
            options.PredictionRetention >= TimeSpan.FromDays(1),
            nameof(options.PredictionRetention),
            options.PredictionRetention,
            "it is at least a day"
        );
        Check(options.PaneRetention >= TimeSpan.FromDays(1), nameof(options.PaneRetention), options.PaneRetention, "it is at least a day");
        Check(options.RolloutAlpha is > 0 and <= 0.1, nameof(options.RolloutAlpha), options.RolloutAlpha, "it lies between 0 and 0.1");
        Check(options.RolloutMinimumRows >= 50, nameof(options.RolloutMinimumRows), options.RolloutMinimumRows, "it is at least 50");
        Check(options.RolloutScorePsi > 0, nameof(options.RolloutScorePsi), options.RolloutScorePsi, "it is positive");
        Check(options.RolloutAucMargin >= 0, nameof(options.RolloutAucMargin), options.RolloutAucMargin, "it is not negative");
        Check(
            options.RolloutMinimumLabelled >= 0,
            nameof(options.RolloutMinimumLabelled),
            options.RolloutMinimumLabelled,
            "it is not negative"
        );
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(bool valid, string option, object value, string rule)
        {
            if (!valid)
            {
                errors.Add(FormattableString.Invariant($"{MonitoringOptions.Section}:{option} is {value}; {rule}."));
            }
        }
    }
}
