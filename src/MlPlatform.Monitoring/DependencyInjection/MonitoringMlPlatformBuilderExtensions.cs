using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Monitoring;
using MlPlatform.Monitoring.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Monitoring.</summary>
public static class MonitoringMlPlatformBuilderExtensions
{
    /// <summary>Adds capture of predictions, outcomes, monitors and rollout evidence. Safe to repeat; the callbacks run in order.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Adds monitors and sets options; may be null.</param>
    public static IMlPlatformBuilder AddMonitoring(this IMlPlatformBuilder builder, Action<IMonitoringBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<MonitoringOptions, MonitoringOptionsValidator>(MonitoringOptions.Section);
        builder.AddMigrations(
            new MigrationSet("Monitoring", DatabaseNames.Metadata, typeof(MonitoringOptions).Assembly, "MlPlatform.Monitoring.Migrations.")
        );
        var services = builder.Services;
        services.TryAddSingleton<PredictionCapture>();
        services.TryAddSingleton<PredictionStore>();
        services.TryAddSingleton<PredictionFlusher>();
        services.TryAddSingleton<IPredictionObserver>(s => s.GetRequiredService<PredictionFlusher>());
        services.TryAddSingleton<OutcomeStore>();
        services.TryAddSingleton<WindowReader>();
        services.TryAddSingleton<PerformanceReader>();
        services.TryAddSingleton<EvaluationStore>();
        services.TryAddSingleton<MonitorCatalog>();
        services.TryAddSingleton<RetentionStore>();
        services.TryAddSingleton<IModelMonitor, ModelMonitor>();
        services.TryAddSingleton<IRolloutEvidence, RolloutEvidence>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, PredictionFlusherService>());
        builder.AddRecurringWork<MonitorWork>();
        builder.AddRecurringWork<RetentionWork>();
        configure?.Invoke(new MonitoringBuilder(services));
        return builder;
    }

    /// <summary>Adds a monitor; adding the same name again changes its options further.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The monitor's name; also its model's unless <see cref="MonitorOptions.Model"/> says otherwise.</param>
    /// <param name="configure">Sets its options; may be null.</param>
    public static IMonitoringBuilder AddMonitor(this IMonitoringBuilder builder, string name, Action<MonitorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        builder.Services.AddSingleton(new MonitorRegistration(name, configure));
        return builder;
    }

    /// <summary>Sets options of capture, storage and rollout evidence.</summary>
    public static IMonitoringBuilder Configure(this IMonitoringBuilder builder, Action<MonitoringOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(configure);
        return builder;
    }
}
