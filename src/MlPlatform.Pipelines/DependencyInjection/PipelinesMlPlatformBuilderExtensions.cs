using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Pipelines;
using MlPlatform.Pipelines.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers pipelines.</summary>
public static class PipelinesMlPlatformBuilderExtensions
{
    /// <summary>Adds the journal, the worker and <see cref="IPipelineRunner"/>. Safe to repeat; the callbacks run in order.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Adds pipelines and sets options; may be null.</param>
    public static IMlPlatformBuilder AddPipelines(this IMlPlatformBuilder builder, Action<IPipelinesBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<PipelinesOptions, PipelinesOptionsValidator>(PipelinesOptions.Section);
        builder.AddMigrations(
            new MigrationSet("Pipelines", DatabaseNames.Metadata, typeof(PipelinesOptions).Assembly, "MlPlatform.Pipelines.Migrations.")
        );
        var services = builder.Services;
        services.TryAddSingleton<PipelineCatalog>();
        services.TryAddSingleton<PipelineJournal>();
        services.TryAddSingleton<StepCache>();
        services.TryAddSingleton<StepRunner>();
        services.TryAddSingleton<PipelineWorker>();
        services.TryAddSingleton<TriggerStore>();
        services.TryAddSingleton<TriggerEvaluator>();
        services.TryAddSingleton<DueWork>();
        services.TryAddSingleton<RunViews>();
        services.TryAddSingleton<PipelineRunner>();
        services.TryAddSingleton<IPipelineRunner>(s => s.GetRequiredService<PipelineRunner>());
        services.TryAddSingleton<IPipelineLauncher>(s => s.GetRequiredService<PipelineRunner>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPlatformService, PipelineWorker>(s => s.GetRequiredService<PipelineWorker>())
        );
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, DueWork>(s => s.GetRequiredService<DueWork>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRecurringWork, DueWork>(s => s.GetRequiredService<DueWork>()));
        configure?.Invoke(new PipelinesBuilder(services));
        return builder;
    }

    /// <summary>Adds a pipeline and, if it is to start by itself, its triggers. Adding it again adds further triggers.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="triggers">Sets triggers; may be null.</param>
    public static IMlPlatformBuilder AddPipeline<TPipeline>(this IMlPlatformBuilder builder, Action<PipelineTriggers>? triggers = null)
        where TPipeline : Pipeline
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddPipelines(p => p.AddPipeline<TPipeline>(triggers));
    }

    /// <summary>Adds a pipeline and, if it is to start by itself, its triggers. Adding it again adds further triggers.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="triggers">Sets triggers; may be null.</param>
    public static IPipelinesBuilder AddPipeline<TPipeline>(this IPipelinesBuilder builder, Action<PipelineTriggers>? triggers = null)
        where TPipeline : Pipeline
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(
            new PipelineRegistration(typeof(TPipeline), static s => ActivatorUtilities.CreateInstance<TPipeline>(s), triggers)
        );
        return builder;
    }

    /// <summary>Sets options.</summary>
    public static IPipelinesBuilder Configure(this IPipelinesBuilder builder, Action<PipelinesOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(configure);
        return builder;
    }
}
