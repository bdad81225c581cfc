using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Registry.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds experiment tracking and the model database.</summary>
public static class RegistryMlPlatformBuilderExtensions
{
    /// <summary>Adds <see cref="IExperimentTracker"/>, <see cref="ILoggedModels"/>, <see cref="IArtifactTrees"/>,
    /// <see cref="IModelRegistry"/> and <see cref="IModelSource"/> on it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Registry</c> is bound.</param>
    /// <remarks>Safe to repeat. A <see cref="IModelSource"/> registered before stays.</remarks>
    public static IMlPlatformBuilder AddRegistry(this IMlPlatformBuilder builder, Action<RegistryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<RegistryOptions, RegistryOptionsValidator>(RegistryOptions.Section, configure);
        builder.AddMigrations(
            new MigrationSet("Registry", DatabaseNames.Metadata, typeof(IModelRegistry).Assembly, "MlPlatform.Registry.Migrations.")
        );
        builder.Services.TryAddSingleton<ModelRegistry>();
        builder.Services.TryAddSingleton<IModelRegistry>(s => s.GetRequiredService<ModelRegistry>());
        builder.Services.TryAddSingleton<IModelPromotion>(s => s.GetRequiredService<ModelRegistry>());
        builder.Services.TryAddSingleton<IModelSource, ModelSource>();
        builder.Services.TryAddSingleton<MetricStore>();
        builder.Services.TryAddSingleton<IArtifactTrees, ArtifactTrees>();
        builder.Services.TryAddSingleton<IExperimentTracker, ExperimentTracker>();
        builder.Services.TryAddSingleton<ILoggedModels, LoggedModelStore>();
        return builder;
    }
}
