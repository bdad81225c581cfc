using System.Diagnostics;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

/// <summary>Kills this process, without a chance to clean up, when it passes a point for the n-th time.</summary>
internal sealed class SuicidalFaults(string point, int pass) : IFaultPoints
{
    private int passes;

    public void Hit(string name)
    {
        if (name == point && Interlocked.Increment(ref passes) == pass)
        {
            Process.GetCurrentProcess().Kill();
            Process.GetCurrentProcess().WaitForExit(); // The signal takes a moment, and nothing may happen in it.
        }
    }
}
