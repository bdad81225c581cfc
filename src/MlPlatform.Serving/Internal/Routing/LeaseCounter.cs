namespace MlPlatform.Serving.Internal;

/// <summary>Counts who uses something native, and says once when it may be disposed: closed, and nobody left.</summary>
/// <remarks>Thread-safe and lock-free. One word: the sign bit is "closed", the rest the number of leases.</remarks>
internal sealed class LeaseCounter(Action drained)
{
    private const long Closed = long.MinValue;
    private long state;

    /// <summary>How many leases are out.</summary>
    public long Count => Volatile.Read(ref state) & long.MaxValue;

    public bool IsClosed => Volatile.Read(ref state) < 0;

    /// <summary>Takes a lease; refused once closed.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref state);
        while (seen >= 0)
        {
            var found = Interlocked.CompareExchange(ref state, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }
            seen = found;
        }
        return false;
    }

    /// <summary>Takes a lease beside others, closed or not; refused once closed and nobody is left.</summary>
    public bool TryJoin()
    {
        var seen = Volatile.Read(ref state);
        while (seen != Closed)
        {
            var found = Interlocked.CompareExchange(ref state, seen + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>Gives a lease back. The last one after <see cref="Close"/> reports that nobody is left.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref state) == Closed)
        {
            drained();
        }
    }

    /// <summary>Refuses further leases. Closing again does nothing.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref state, Closed) == 0)
        {
            drained();
        }
    }
}
