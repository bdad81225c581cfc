using Microsoft.Extensions.Diagnostics.HealthChecks;
using MlPlatform.AspNetCore.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the platform to the health checks of ASP.NET Core.</summary>
public static class MlPlatformHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that is healthy while the metadata database and the artifact store answer; its message names the one that does not.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What is reported when one does not answer. Default: unhealthy.</param>
    /// <param name="tags">Tags by which endpoints choose checks, for example <c>ready</c>.</param>
    /// <param name="timeout">How long both may take. Default: none.</param>
    public static IHealthChecksBuilder AddMlPlatform(
        this IHealthChecksBuilder builder,
        string name = "mlplatform",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<StorageHealthCheck>(name, failureStatus, tags ?? [], timeout ?? Timeout.InfiniteTimeSpan);
    }
}
