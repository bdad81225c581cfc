using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class RecurringWorkService(
    IRecurringWorkRunner runner,
    Clocks clocks,
    IOptions<MlPlatformOptions> options,
    ILogger<RecurringWorkService> logger
) : PeriodicService(clocks, logger)
{
    protected override TimeSpan? Interval => options.Value.RunRecurringWork ? TimeSpan.FromSeconds(1) : null;

    protected override Task RunOnceAsync(CancellationToken cancellationToken) => runner.RunDueAsync(cancellationToken);
}
