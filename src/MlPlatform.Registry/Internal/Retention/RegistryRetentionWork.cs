using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class RegistryRetentionWork(IRegistryRetention retention, IOptions<RegistryOptions> options) : IRecurringWork
{
    public string Name => "registry.retention";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromDays(1));

    public async Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        if (options.Value.Retention.Count > 0)
        {
            await retention.ApplyAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        if (options.Value.PurgeDeletedAfter is { } after)
        {
            await retention.PurgeAsync(after, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }
}
