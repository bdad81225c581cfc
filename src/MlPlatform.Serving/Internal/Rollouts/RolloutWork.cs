using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Judges rollouts as recurring work, in one process at a time.</summary>
internal sealed class RolloutWork(IRollouts rollouts, IOptions<ServingOptions> options) : IRecurringWork
{
    public string Name => "rollouts";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(options.Value.RolloutInterval);

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken) => rollouts.AdvanceAsync(cancellationToken);
}
