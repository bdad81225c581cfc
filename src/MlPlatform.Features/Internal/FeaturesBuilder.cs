using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Features.Internal;

internal sealed class FeaturesBuilder(IServiceCollection services) : IFeaturesBuilder
{
    public IServiceCollection Services => services;
}
