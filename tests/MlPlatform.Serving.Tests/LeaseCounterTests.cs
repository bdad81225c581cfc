using CsCheck;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class LeaseCounterTests
{
    [Fact]
    public void Lease_counter_drains_once_and_never_while_held_under_any_order() =>
        Gen.Int[0, 2]
            .Array[0, 60]
            .Sample(operations =>
            {
                var drained = 0;
                var held = 0;
                var closed = false;
                var counter = new LeaseCounter(() => drained++);
                foreach (var operation in operations)
                {
                    if (operation == 0)
                    {
                        Assert.Equal(!closed, counter.TryAcquire());
                        held += closed ? 0 : 1;
                    }
                    else if (operation == 1 && held > 0)
                    {
                        counter.Release();
                        held--;
                    }
                    else if (operation == 2)
                    {
                        counter.Close();
                        closed = true;
                    }
                    Assert.Equal(closed && held == 0 ? 1 : 0, drained);
                    Assert.Equal(held, counter.Count);
                }
            });

    [Fact]
    public void Who_joins_others_after_the_close_is_waited_for_and_nobody_joins_nobody()
    {
        var drained = 0;
        var leases = new LeaseCounter(() => drained++);
        Assert.True(leases.TryAcquire());
        leases.Close();
        Assert.False(leases.TryAcquire());
        Assert.True(leases.TryJoin());
        leases.Release();
        Assert.Equal(0, drained);
        leases.Release();
        Assert.Equal(1, drained);
        Assert.False(leases.TryJoin());
    }
}
