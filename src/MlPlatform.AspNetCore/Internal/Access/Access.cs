namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a caller must be allowed to, to use a route.</summary>
internal enum Access
{
    /// <summary>Says only that the server lives. The one that load balancers ask, who have no identity.</summary>
    Probe,
    Read,
    Write,
    Admin,

    /// <summary>The application has said itself who may call a route of its own.</summary>
    Application,
}
