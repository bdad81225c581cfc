using System.Collections.Concurrent;
using MlPlatform.Core;

namespace MlPlatform.Testing;

/// <summary>Throws, or does what the test says, at named fault points of the platform.</summary>
/// <remarks>Thread-safe. Install it with <c>services.AddSingleton&lt;IFaultPoints&gt;(injector)</c> before the platform is added.</remarks>
public sealed class FaultInjector : IFaultPoints
{
    private readonly ConcurrentDictionary<string, Action> armed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> hits = new();

    /// <summary>The points passed so far, in order.</summary>
    public IReadOnlyList<string> Hits => [.. hits];

    /// <summary>At the next pass of a point, does something once, for example throws.</summary>
    public void Arm(string point, Action action)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(point);
        ArgumentNullException.ThrowIfNull(action);
        armed[point] = action;
    }

    /// <summary>At the next pass of a point, throws <see cref="InjectedFaultException"/> once.</summary>
    public void Arm(string point) => Arm(point, () => throw new InjectedFaultException(point));

    /// <inheritdoc/>
    public void Hit(string name)
    {
        hits.Enqueue(name);
        if (armed.TryRemove(name, out var action))
        {
            action();
        }
    }
}
