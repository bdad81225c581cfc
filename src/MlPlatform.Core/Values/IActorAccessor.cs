namespace MlPlatform.Core;

/// <summary>Says who acts now. A host supplies one that reads its own identity; without it, the actor is the entry assembly as a service.</summary>
/// <remarks>Called on every state change and every counted read: it must be cheap and thread-safe.</remarks>
public interface IActorAccessor
{
    /// <summary>The present actor; never null.</summary>
    Actor Current { get; }
}
