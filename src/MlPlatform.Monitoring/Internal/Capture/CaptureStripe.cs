namespace MlPlatform.Monitoring.Internal;

/// <summary>One of several places where threads put the rows of a layout, so that they rarely meet.</summary>
internal sealed class CaptureStripe
{
    private int taken;

    /// <summary>The block being filled; only the one who entered may touch it.</summary>
    public CaptureBlock? Current { get; set; }

    /// <summary>Whether its layout has been let go, so that a row put here would not be found; likewise.</summary>
    public bool Closed { get; set; }

    public bool TryEnter() => Volatile.Read(ref taken) == 0 && Interlocked.CompareExchange(ref taken, 1, 0) == 0;

    public void Exit() => Volatile.Write(ref taken, 0);
}
