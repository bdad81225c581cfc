namespace MlPlatform.AspNetCore;

/// <summary>The names of the authorization policies that guard every route, of which a host defines all three or none, and of one request header.</summary>
/// <remarks>
/// Without any, the routes answer callers on this machine only. A policy is defined with <c>AddAuthorization(o => o.AddPolicy(...))</c>; that is also the
/// place to open a group on purpose.
/// </remarks>
public static class MlPlatformPolicies
{
    /// <summary>May look at everything: search, get, list, download.</summary>
    public const string Read = "MlPlatform.Read";

    /// <summary>May log, upload, register, tag, and delete what can be restored.</summary>
    public const string Write = "MlPlatform.Write";

    /// <summary>May change how the platform itself works, and delete for good.</summary>
    public const string Admin = "MlPlatform.Admin";

    /// <summary>May choose which version answers a request, by the header <c>mlp-version</c>. On top of the three, and nobody's while it is not defined.</summary>
    public const string ChooseVersion = "MlPlatform.ChooseVersion";
}
