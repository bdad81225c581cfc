using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Features;

/// <summary>Adds definitions; every addition is an extension method that returns the builder.</summary>
public interface IFeaturesBuilder
{
    /// <summary>The services being configured.</summary>
    IServiceCollection Services { get; }
}
