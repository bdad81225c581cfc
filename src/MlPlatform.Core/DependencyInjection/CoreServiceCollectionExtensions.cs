using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Core.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the platform's foundations.</summary>
public static class CoreServiceCollectionExtensions
{
    /// <summary>Adds Core: clocks, artifact store on files, event log, lineage, leases, recurring work. A database provider must be added beside it.</summary>
    /// <remarks>
    /// Safe to repeat; callbacks run in order after configuration is bound. Works without <see cref="IConfiguration"/> and without a host: then
    /// <see cref="IPlatformLifetime.StartAsync"/> starts the background work.
    /// </remarks>
    public static IMlPlatformBuilder AddMlPlatformCore(this IServiceCollection services, Action<MlPlatformOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = new MlPlatformBuilder(services);
        builder.AddPlatformOptions<MlPlatformOptions, MlPlatformOptionsValidator>(MlPlatformOptions.Section, configure);

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(Clocks.WorkKey, TimeProvider.System);
        services.TryAddSingleton(s => new Clocks(
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredKeyedService<TimeProvider>(Clocks.WorkKey)
        ));
        services.TryAddSingleton<IActorAccessor, EntryAssemblyActorAccessor>();
        services.TryAddSingleton<IFaultPoints, NoFaultPoints>();
        services.TryAddSingleton<PlatformDirectories>();
        services.TryAddSingleton<UnitOfWorkFactory>();
        services.TryAddSingleton<IArtifactStore, FileArtifactStore>();
        services.TryAddSingleton<IArtifactGarbageCollector, ArtifactGarbageCollector>();
        services.TryAddSingleton<IChangeFeed, ChangeFeed>();
        services.TryAddSingleton<IEventLog, EventLog>();
        services.TryAddSingleton<ILineage, Lineage>();
        services.TryAddSingleton<IConsumers, Consumers>();
        services.TryAddSingleton<ProcessPresence>();
        services.TryAddSingleton<ILeases, Leases>();
        services.TryAddSingleton<ConsumptionRecorder>();
        services.TryAddSingleton<IConsumptionRecorder>(s => s.GetRequiredService<ConsumptionRecorder>());
        services.TryAddSingleton<IRecurringWorkRunner, RecurringWorkRunner>();
        services.TryAddSingleton<PlatformLifetime>();
        services.TryAddSingleton<PlatformStopper>();
        services.TryAddSingleton<IPlatformLifetime>(s => s.GetRequiredService<PlatformLifetime>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, ConfigurationReport>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, ConsumptionFlusher>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, RecurringWorkService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PlatformHostedService>());
        builder.AddRecurringWork<ArtifactGarbageWork>();
        AddDelivery(builder);
        builder.AddMigrations(
            new MigrationSet("Core", DatabaseNames.Metadata, typeof(MlPlatformOptions).Assembly, "MlPlatform.Core.Migrations.")
        );
        return builder;
    }

    /// <summary>Registers a way to say events to receivers; the same type twice counts once.</summary>
    public static IMlPlatformBuilder AddEventFormat<TFormat>(this IMlPlatformBuilder builder)
        where TFormat : class, IEventFormat
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IEventFormat, TFormat>());
        return builder;
    }

    private static void AddDelivery(MlPlatformBuilder builder)
    {
        builder.AddPlatformOptions<DeliveryOptions, DeliveryOptionsValidator>(DeliveryOptions.Section);
        builder.AddEventFormat<CloudEventsFormat>();
        builder.AddRecurringWork<DeliveryWork>();
        builder.Services.TryAddSingleton<EventFormats>();
        builder.Services.TryAddSingleton<AddressGuard>();
        builder.Services.TryAddSingleton<EventSender>();
        builder.Services.TryAddSingleton<SecretBox>();
        builder.Services.TryAddSingleton<EventSubscriptions>();
        builder.Services.TryAddSingleton<IEventSubscriptions>(s => s.GetRequiredService<EventSubscriptions>());
    }

    /// <summary>Registers a module's migrations; the same set twice counts once.</summary>
    public static IMlPlatformBuilder AddMigrations(this IMlPlatformBuilder builder, MigrationSet migrations)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(migrations);
        if (!builder.Services.Any(d => d.ServiceType == typeof(MigrationSet) && migrations.Equals(d.ImplementationInstance)))
        {
            builder.Services.AddSingleton(migrations);
        }

        return builder;
    }

    /// <summary>Registers recurring work; the same type twice counts once.</summary>
    public static IMlPlatformBuilder AddRecurringWork<TWork>(this IMlPlatformBuilder builder)
        where TWork : class, IRecurringWork
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IRecurringWork, TWork>());
        return builder;
    }

    /// <summary>Binds options to a configuration section when there is configuration, validates them at start, and then runs the callback.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="section">The full section path, for example <c>MlPlatform:Serving</c>.</param>
    /// <param name="configure">Runs after binding; may be null.</param>
    /// <remarks>Validators should put the configuration path into their messages.</remarks>
    public static IMlPlatformBuilder AddPlatformOptions<TOptions, TValidator>(
        this IMlPlatformBuilder builder,
        string section,
        Action<TOptions>? configure = null
    )
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Services.Any(d => d.ImplementationType == typeof(TValidator)))
        {
            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
            builder.Services.AddSingleton<BoundOptions>(new BoundOptions<TOptions>(section));
            builder
                .Services.AddOptions<TOptions>()
                .Configure<IServiceProvider>((options, s) => s.GetService<IConfiguration>()?.GetSection(section).Bind(options))
                .ValidateOnStart();
        }

        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        return builder;
    }
}
