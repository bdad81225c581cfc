using Microsoft.Extensions.Time.Testing;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class RepeatedFailuresTests
{
    [Fact]
    public void The_same_failure_is_told_once_a_minute_and_another_at_once()
    {
        var clock = new FakeTimeProvider();
        var failures = new RepeatedFailures(clock);
        Assert.True(failures.IsNew(new IOException("away")));
        Assert.False(failures.IsNew(new IOException("away")));
        Assert.True(failures.IsNew(new IOException("full")));
        Assert.True(failures.IsNew(new TimeoutException("away")));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(failures.IsNew(new IOException("away")));
    }
}
