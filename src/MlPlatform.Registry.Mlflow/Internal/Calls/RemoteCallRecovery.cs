using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Brings the events of calls that were cut off.</summary>
internal sealed class RemoteCallRecovery(RemoteCalls calls, IOptions<MlflowOptions> options) : IRecurringWork
{
    public string Name => "mlflow.calls";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromMinutes(1));

    /// <summary>A call that is younger may still be under way.</summary>
    private TimeSpan Age => (options.Value.Timeout * (options.Value.Retries + 1) * 2) + TimeSpan.FromMinutes(1);

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken) => calls.RecoverAsync(Age, cancellationToken);
}
