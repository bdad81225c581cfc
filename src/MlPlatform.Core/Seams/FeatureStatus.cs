namespace MlPlatform.Core;

/// <summary>What an online read found for a value.</summary>
public enum FeatureStatus
{
    /// <summary>No row for the keys, or a null key.</summary>
    NotFound,

    /// <summary>A row within its time to live, with a value.</summary>
    Present,

    /// <summary>A row within its time to live, whose value is null.</summary>
    NullValue,

    /// <summary>A row older than the time to live.</summary>
    OutsideMaxAge,
}
