using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A run's parameter has another value already. Parameters are written once; nothing of the call was stored.</summary>
public sealed class ParamConflictException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public ParamConflictException(RunId run, string key, string existing, string attempted)
        : base(
            $"Param '{key}' of run {run} is '{existing}' and cannot become '{attempted}': params are written once. Start a new run, or use a tag."
        )
    {
        Key = key;
        Existing = existing;
        Attempted = attempted;
    }

    /// <summary>The parameter.</summary>
    public string Key { get; }

    /// <summary>The value it has.</summary>
    public string Existing { get; }

    /// <summary>The value it should have got.</summary>
    public string Attempted { get; }
}
