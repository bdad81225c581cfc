using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Core;

/// <summary>Adds parts to the platform. Every addition is an extension method that returns the builder.</summary>
public interface IMlPlatformBuilder
{
    /// <summary>The services being configured.</summary>
    IServiceCollection Services { get; }
}
