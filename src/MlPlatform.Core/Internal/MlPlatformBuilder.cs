using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Core.Internal;

internal sealed class MlPlatformBuilder(IServiceCollection services) : IMlPlatformBuilder
{
    public IServiceCollection Services { get; } = services;
}
