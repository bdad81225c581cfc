using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Monitoring;

/// <summary>Adds monitors; every addition is an extension method that returns the builder.</summary>
public interface IMonitoringBuilder
{
    /// <summary>The services being configured.</summary>
    IServiceCollection Services { get; }
}
