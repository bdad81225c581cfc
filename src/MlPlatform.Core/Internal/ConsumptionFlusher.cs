using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class ConsumptionFlusher(
    ConsumptionRecorder recorder,
    Clocks clocks,
    IOptions<MlPlatformOptions> options,
    ILogger<ConsumptionFlusher> logger
) : PeriodicService(clocks, logger)
{
    protected override TimeSpan? Interval => options.Value.ConsumptionInterval;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await recorder.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override Task RunOnceAsync(CancellationToken cancellationToken) => recorder.FlushAsync(cancellationToken);
}
