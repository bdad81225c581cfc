using Microsoft.Extensions.Options;

namespace MlPlatform.Serving.Internal;

internal sealed class ServingOptionsValidator : IValidateOptions<ServingOptions>
{
    public ValidateOptionsResult Validate(string? name, ServingOptions options)
    {
        var errors = new List<string>();
        Check(options.ResidentVersions is >= 0 and <= 16, nameof(options.ResidentVersions), options.ResidentVersions, "0 to 16");
        Check(options.RequestSlots is >= 0 and <= 1024, nameof(options.RequestSlots), options.RequestSlots, "0 to 1,024");
        Check(
            options.ModelRepository is not { } folder || Directory.Exists(folder),
            nameof(options.ModelRepository),
            $"'{options.ModelRepository}'",
            "a folder that exists"
        );
        Check(!string.IsNullOrWhiteSpace(options.DefaultAlias), nameof(options.DefaultAlias), $"'{options.DefaultAlias}'", "any name");
        Check(options.GrpcPort is >= 0 and <= ushort.MaxValue, nameof(options.GrpcPort), options.GrpcPort, "0 to 65,535");
        Check(options.MaxOpenModels is >= 1 and <= 65_536, nameof(options.MaxOpenModels), options.MaxOpenModels, "1 to 65,536");
        Check(options.MaxOpenModelBytes >= 0, nameof(options.MaxOpenModelBytes), options.MaxOpenModelBytes, "0 or more");
        Check(options.MaxRequestRows is >= 1 and <= 1 << 20, nameof(options.MaxRequestRows), options.MaxRequestRows, "1 to 1,048,576");
        Check(
            options.MaxVariableDimension is >= 1 and <= 1 << 20,
            nameof(options.MaxVariableDimension),
            options.MaxVariableDimension,
            "1 to 1,048,576"
        );
        Check(options.MaxBatchRows is >= 1 and <= 4096, nameof(options.MaxBatchRows), options.MaxBatchRows, "1 to 4,096");
        Check(
            Within(options.MaxQueueTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)),
            nameof(options.MaxQueueTime),
            options.MaxQueueTime,
            "1 ms to 10 min"
        );
        Check(options.MaxQueueRows is >= 1 and <= 1 << 20, nameof(options.MaxQueueRows), options.MaxQueueRows, "1 to 1,048,576");
        Check(
            Within(options.LoadTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            nameof(options.LoadTimeout),
            options.LoadTimeout,
            "1 s to 1 day"
        );
        Check(
            Within(options.RetryInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            nameof(options.RetryInterval),
            options.RetryInterval,
            "1 s to 1 h"
        );
        Check(options.ShadowQueueSize is >= 1 and <= 65_536, nameof(options.ShadowQueueSize), options.ShadowQueueSize, "1 to 65,536");
        Check(
            Within(options.RolloutInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            nameof(options.RolloutInterval),
            options.RolloutInterval,
            "1 s to 1 day"
        );
        Check(
            options.RolloutErrorAlpha is > 0 and < 0.1,
            nameof(options.RolloutErrorAlpha),
            options.RolloutErrorAlpha,
            "between 0 and 0.1"
        );
        Check(options.RolloutErrorMargin is >= 0 and <= 1, nameof(options.RolloutErrorMargin), options.RolloutErrorMargin, "0 to 1");
        Check(
            options.RolloutLatencyRatio is >= 1.1 and < double.PositiveInfinity,
            nameof(options.RolloutLatencyRatio),
            options.RolloutLatencyRatio,
            "1.1 or more"
        );
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(bool allowed, string option, object value, string range)
        {
            if (!allowed)
            {
                errors.Add(FormattableString.Invariant($"{ServingOptions.Section}:{option} is {value}; {range} is allowed."));
            }
        }
    }

    private static bool Within(TimeSpan value, TimeSpan low, TimeSpan high) => value >= low && value <= high;
}
