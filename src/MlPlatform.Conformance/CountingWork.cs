using MlPlatform.Core;

namespace MlPlatform.Conformance;

internal sealed class CountingWork : IRecurringWork
{
    public List<DateTimeOffset> Due { get; } = [];

    public string Name => "counting";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromHours(1));

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        Due.Add(due);
        return Task.CompletedTask;
    }
}
