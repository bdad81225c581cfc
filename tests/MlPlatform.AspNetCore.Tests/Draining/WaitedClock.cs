using Microsoft.Extensions.Time.Testing;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Says when somebody has begun to wait for as long as <paramref name="delay"/>.</summary>
internal sealed class WaitedClock(TimeSpan delay) : FakeTimeProvider
{
    private readonly TaskCompletionSource waited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Waited => waited.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == delay)
        {
            waited.TrySetResult();
        }

        return timer;
    }
}
