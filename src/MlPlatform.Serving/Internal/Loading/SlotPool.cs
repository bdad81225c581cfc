namespace MlPlatform.Serving.Internal;

/// <summary>Keeps reusable objects without allocating or locking; makes one more when all are out, and drops what finds no room.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SlotPool<T>(int capacity, Func<T> make)
    where T : class, IDisposable
{
    private readonly T?[] items = new T?[capacity];

    public T Rent()
    {
        var start = Environment.CurrentManagedThreadId;
        for (var i = 0; i < items.Length; i++)
        {
            ref var item = ref items[(uint)(start + i) % (uint)items.Length];
            if (item is not null && Interlocked.Exchange(ref item, null) is { } found)
            {
                return found;
            }
        }

        return make();
    }

    public void Return(T item)
    {
        var start = Environment.CurrentManagedThreadId;
        for (var i = 0; i < items.Length; i++)
        {
            ref var place = ref items[(uint)(start + i) % (uint)items.Length];
            if (place is null && Interlocked.CompareExchange(ref place, item, null) is null)
            {
                return;
            }
        }

        item.Dispose();
    }

    /// <summary>Disposes what is here; what is still rented is not touched.</summary>
    public void Clear()
    {
        for (var i = 0; i < items.Length; i++)
        {
            Interlocked.Exchange(ref items[i], null)?.Dispose();
        }
    }
}
