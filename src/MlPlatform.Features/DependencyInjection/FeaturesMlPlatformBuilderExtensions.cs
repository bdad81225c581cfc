using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Features.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the feature store.</summary>
public static class FeaturesMlPlatformBuilderExtensions
{
    /// <summary>Adds the feature store and the reader of online features. Safe to repeat; the callbacks run in order. An offline engine must be chosen beside it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Adds definitions and sets options; may be null.</param>
    public static IMlPlatformBuilder AddFeatures(this IMlPlatformBuilder builder, Action<IFeaturesBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<FeaturesOptions, FeaturesOptionsValidator>(FeaturesOptions.Section);
        var assembly = typeof(FeaturesOptions).Assembly;
        builder.AddMigrations(new("Features", DatabaseNames.Metadata, assembly, "MlPlatform.Features.Migrations.Metadata."));
        builder.AddMigrations(new("Features", DatabaseNames.Online, assembly, "MlPlatform.Features.Migrations.Online."));
        var services = builder.Services;
        services.TryAddSingleton<DefinitionStore>();
        services.TryAddSingleton<FeatureRuntime>();
        services.TryAddSingleton<SegmentFiles>();
        services.TryAddSingleton<SourceHistory>();
        services.TryAddSingleton<Materializer>();
        services.TryAddSingleton<Pusher>();
        services.TryAddSingleton<TrainingStatistics>();
        services.TryAddSingleton<TrainingSetMaker>();
        services.TryAddSingleton<IFeatureReader, FeatureReader>();
        services.TryAddSingleton<IFeatureStore, FeatureStore>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, FeaturesService>());
        configure?.Invoke(new FeaturesBuilder(services));
        return builder;
    }

    /// <summary>Adds definitions; the same type twice counts once.</summary>
    /// <typeparam name="TDefinitions">What declares them.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IFeaturesBuilder AddDefinitions<TDefinitions>(this IFeaturesBuilder builder)
        where TDefinitions : class, IFeatureDefinitions
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IFeatureDefinitions, TDefinitions>());
        return builder;
    }

    /// <summary>Sets options of the feature store.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Runs after configuration is bound.</param>
    public static IFeaturesBuilder Configure(this IFeaturesBuilder builder, Action<FeaturesOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(configure);
        return builder;
    }
}
