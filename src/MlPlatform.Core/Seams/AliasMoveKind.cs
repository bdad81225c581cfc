namespace MlPlatform.Core;

/// <summary>Why an alias moved, for delivery metrics.</summary>
public enum AliasMoveKind
{
    /// <summary>Somebody decided it.</summary>
    Human,

    /// <summary>An automatic retrain passed its gates.</summary>
    Retrain,

    /// <summary>The version before came back.</summary>
    Rollback,
}
