using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A logged model's parameter has another value already. Nothing of the call was stored.</summary>
public sealed class LoggedModelParamConflictException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public LoggedModelParamConflictException(string modelId, string key, string existing, string attempted)
        : base($"Param '{key}' of logged model {modelId} is '{existing}' and cannot become '{attempted}': params are written once.") { }
}
