using MlPlatform.AspNetCore.Internal;

namespace MlPlatform.AspNetCore.Tests;

public sealed class RequestDrainTests
{
    [Fact]
    public void Closing_waits_for_whoever_is_in_and_lets_nobody_in()
    {
        var drain = new RequestDrain();
        Assert.True(drain.TryEnter());
        Assert.True(drain.TryEnter());
        drain.Announce();
        Assert.True(drain.TryEnter()); // Told to stop, but not closing yet.
        var closed = drain.CloseAsync();
        Assert.False(drain.TryEnter());
        drain.Leave();
        drain.Leave();
        Assert.False(closed.IsCompleted);
        Assert.Equal(1, drain.Running);
        drain.Leave();
        Assert.True(closed.IsCompletedSuccessfully);
        Assert.False(drain.TryEnter());
        Assert.Equal(0, drain.Running);
    }

    [Fact]
    public void Nobody_in_is_closed_at_once() => Assert.True(new RequestDrain().CloseAsync().IsCompletedSuccessfully);

    [Fact]
    public async Task Whoever_was_let_in_has_left_when_closing_completes()
    {
        for (var round = 0; round < 200; round++)
        {
            var drain = new RequestDrain();
            var inside = 0;
            using var start = new Barrier(3);
            var callers = Enumerable
                .Range(0, 2)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            start.SignalAndWait();
                            while (drain.TryEnter())
                            {
                                Interlocked.Increment(ref inside);
                                Interlocked.Decrement(ref inside);
                                drain.Leave();
                            }
                        },
                        TaskCreationOptions.LongRunning
                    )
                )
                .ToList();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            await drain.CloseAsync();
            Assert.Equal(0, Volatile.Read(ref inside));
            await Task.WhenAll(callers);
        }
    }
}
