using MlPlatform.Core;
using MlPlatform.Testing;

namespace MlPlatform.Conformance;

/// <param name="name">Its name.</param>
/// <param name="fail">Whether every call throws.</param>
internal sealed class CountingWork(string name = "counting", bool fail = false) : IRecurringWork
{
    public List<DateTimeOffset> Due { get; } = [];

    public string Name { get; } = name;

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromHours(1));

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        Due.Add(due);
        return fail ? Task.FromException(new InjectedFaultException(Name)) : Task.CompletedTask;
    }
}
