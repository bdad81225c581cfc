using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Monitoring.Internal;

internal sealed class MonitoringBuilder(IServiceCollection services) : IMonitoringBuilder
{
    public IServiceCollection Services => services;
}
