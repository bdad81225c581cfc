using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Pipelines;

/// <summary>Adds pipelines and sets options; every addition is an extension method that returns the builder.</summary>
public interface IPipelinesBuilder
{
    /// <summary>The services being configured.</summary>
    IServiceCollection Services { get; }
}
