using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Registry.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds experiment tracking and the model database.</summary>
public static class RegistryMlPlatformBuilderExtensions
{
    /// <summary>Adds <see cref="IExperimentTracker"/>, <see cref="ILoggedModels"/>, <see cref="ITraces"/>, <see cref="IArtifactTrees"/>,
    /// <see cref="IModelRegistry"/> and what stands on it: <see cref="IModelSource"/>, <see cref="IPromotions"/>, <see cref="IModelCards"/>,
    /// <see cref="IModelDiscovery"/>, <see cref="IModelSignatures"/>, <see cref="IModelBillsOfMaterials"/>, <see cref="IRegistryRetention"/>.</summary>
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
        builder.Services.TryAddSingleton<ISourceRevision, BuildRevision>();
        builder.Services.TryAddSingleton<ProvenanceCapture>();
        builder.Services.TryAddSingleton<RunWriters>();
        builder.Services.TryAddSingleton<IRunWriters>(s => s.GetRequiredService<RunWriters>());
        builder.Services.TryAddSingleton<IExperimentTracker, ExperimentTracker>();
        builder.Services.TryAddSingleton<ILoggedModels, LoggedModelStore>();
        builder.Services.TryAddSingleton<ITraces, TraceStore>();
        builder.Services.TryAddSingleton<IModelDiscovery, ModelDiscovery>();
        builder.Services.TryAddSingleton<TrustedSigners>();
        builder.Services.TryAddSingleton<ModelSignatures>();
        builder.Services.TryAddSingleton<IModelSignatures>(s => s.GetRequiredService<ModelSignatures>());
        builder.Services.TryAddSingleton<IModelCards, ModelCards>();
        builder.Services.TryAddSingleton<IModelBillsOfMaterials, ModelBillsOfMaterials>();
        builder.Services.TryAddSingleton<PromotionGuard>();
        builder.Services.TryAddSingleton<IPromotions, Promotions>();
        builder.Services.TryAddSingleton<IRegistryRetention, RegistryRetention>();
        builder.AddRecurringWork<RegistryRetentionWork>();
        return builder;
    }

    /// <summary>Adds a policy that a version has to meet before an alias may point at it; see <see cref="IPromotions"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="model">The model, or <see cref="PromotionPolicy.EveryModel"/>.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="configure">Says what is asked for.</param>
    /// <remarks>Each call adds one; all that fit an alias hold. A model that a policy names cannot be renamed.</remarks>
    public static IMlPlatformBuilder AddPromotionPolicy(
        this IMlPlatformBuilder builder,
        string model,
        string alias,
        Action<PromotionPolicy> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        ModelNames.CheckAlias(alias);
        if (!string.Equals(model, PromotionPolicy.EveryModel, StringComparison.Ordinal))
        {
            ModelNames.CheckModel(model);
        }

        var policy = new PromotionPolicy(model, alias);
        configure(policy);
        builder.Services.AddSingleton(policy);
        return builder;
    }
}
