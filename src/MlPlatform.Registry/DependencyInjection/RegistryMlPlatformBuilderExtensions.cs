using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Registry.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds experiment tracking and the model database.</summary>
public static class RegistryMlPlatformBuilderExtensions
{
    /// <summary>Adds <see cref="IModelRegistry"/> and <see cref="IModelSource"/> on it.</summary>
    /// <remarks>Safe to repeat. A <see cref="IModelSource"/> registered before stays.</remarks>
    public static IMlPlatformBuilder AddRegistry(this IMlPlatformBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMigrations(
            new MigrationSet("Registry", DatabaseNames.Metadata, typeof(IModelRegistry).Assembly, "MlPlatform.Registry.Migrations.")
        );
        builder.Services.TryAddSingleton<ModelRegistry>();
        builder.Services.TryAddSingleton<IModelRegistry>(s => s.GetRequiredService<ModelRegistry>());
        builder.Services.TryAddSingleton<IModelSource, ModelSource>();
        return builder;
    }
}
