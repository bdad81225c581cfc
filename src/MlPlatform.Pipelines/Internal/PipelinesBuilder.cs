using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.Pipelines.Internal;

internal sealed record PipelinesBuilder(IServiceCollection Services) : IPipelinesBuilder;
