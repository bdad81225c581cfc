namespace MlPlatform.Pipelines.Tests;

/// <summary>Ends the process like a power cut does for it, at the n-th pass of a point.</summary>
internal sealed class KillFaultPoints(string point, int pass) : IFaultPoints
{
    private int passes;

    public void Hit(string name)
    {
        if (string.Equals(name, point, StringComparison.Ordinal) && Interlocked.Increment(ref passes) == pass)
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
            new ManualResetEventSlim().Wait(); // SIGKILL is on its way: nothing after the point may run.
        }
    }
}
