using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Evaluates what is due, by platform time, in one process at a time.</summary>
internal sealed class MonitorWork(IModelMonitor monitor, IOptions<MonitoringOptions> options) : IRecurringWork
{
    public string Name => "monitoring";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(options.Value.EvaluationInterval);

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken) => monitor.EvaluateDueAsync(cancellationToken);
}
