using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A rollout cannot be started or moved as things stand; nothing was changed.</summary>
public sealed class RolloutConflictException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rollout">The rollout that stands in the way or has ended, if there is one.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public RolloutConflictException(string model, RolloutId? rollout, string message)
        : base(message)
    {
        Model = model;
        Rollout = rollout;
    }

    /// <summary>The model.</summary>
    public string Model { get; }

    /// <summary>The rollout that stands in the way or has ended; null when there is none.</summary>
    public RolloutId? Rollout { get; }
}
