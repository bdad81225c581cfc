using Microsoft.Extensions.DependencyInjection.Extensions;
using MlPlatform.Core;
using MlPlatform.Serving;
using MlPlatform.Serving.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds model serving.</summary>
public static class ServingMlPlatformBuilderExtensions
{
    /// <summary>Adds <see cref="IModelServer"/>, <see cref="IInferenceServer"/> and <see cref="IRollouts"/>. A model source, such as the registry, must be added beside it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Serving</c> is bound.</param>
    /// <remarks>Safe to repeat; the callbacks run in order.</remarks>
    public static IMlPlatformBuilder AddServing(this IMlPlatformBuilder builder, Action<ServingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<ServingOptions, ServingOptionsValidator>(ServingOptions.Section, configure);
        builder.AddMigrations(
            new MigrationSet("Serving", DatabaseNames.Metadata, typeof(ServingOptions).Assembly, "MlPlatform.Serving.Migrations.")
        );
        var services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelRuntime, MlNetLoader>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelRuntime, OnnxRuntimeLoader>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelRuntime, FunctionRuntime>());
        services.TryAddSingleton<ModelRuntimes>();
        services.TryAddSingleton<ServedSource>();
        services.TryAddSingleton<LoadLimit>();
        services.TryAddSingleton<VersionLoader>();
        services.TryAddSingleton<PredictionSink>();
        services.TryAddSingleton<RequestClock>();
        services.TryAddSingleton<PredictorFactory>();
        services.TryAddSingleton<RolloutStore>();
        services.TryAddSingleton<StepCountStore>();
        services.TryAddSingleton<ProcessCounts>();
        services.TryAddSingleton<ModelServer>();
        services.TryAddSingleton<IModelServer>(s => s.GetRequiredService<ModelServer>());
        services.TryAddSingleton<IInferenceServer, InferenceServer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, ModelServerService>());
        services.TryAddSingleton<AliasReader>();
        services.TryAddSingleton<RolloutMover>();
        services.TryAddSingleton<RolloutJudge>();
        services.TryAddSingleton<IRollouts, RolloutService>();
        builder.AddRecurringWork<RolloutWork>();
        return builder;
    }

    /// <summary>Adds <see cref="IPredictor{TIn, TOut}"/>, also under the reference as its service key.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="reference">The model: <c>name@alias</c>, which follows the alias and its rollouts, or <c>name@vN</c>.</param>
    /// <param name="configure">Sets the predictor's options; may be null.</param>
    /// <remarks>
    /// Safe to repeat; the callbacks run in order. Of several predictors with the same types the first is the unkeyed one; ask for the others by
    /// <c>[FromKeyedServices("name@alias")]</c>.
    /// </remarks>
    /// <exception cref="FormatException">The reference is neither form.</exception>
    public static IMlPlatformBuilder AddPredictor<TIn, TOut>(
        this IMlPlatformBuilder builder,
        string reference,
        Action<PredictorOptions>? configure = null
    )
        where TIn : notnull
    {
        builder.AddServing();
        var parsed = ModelReference.Parse(reference);
        var registration = builder
            .Services.Where(d => d.ServiceType == typeof(PredictorRegistration))
            .Select(d => d.ImplementationInstance)
            .OfType<TypedPredictorRegistration<TIn, TOut>>()
            .FirstOrDefault(r => r.Reference == parsed);
        if (registration is null)
        {
            registration = new TypedPredictorRegistration<TIn, TOut>(parsed);
            builder.Services.AddSingleton<PredictorRegistration>(registration);
            builder.Services.AddKeyedSingleton(parsed.ToString(), (s, _) => s.GetRequiredService<ModelServer>().Get<TIn, TOut>(parsed));
            builder.Services.TryAddSingleton(s => s.GetRequiredService<ModelServer>().Get<TIn, TOut>(parsed));
        }

        if (configure is not null)
        {
            registration.Configure.Add(configure);
        }

        return builder;
    }

    /// <summary>Adds a function that versions of models may stand for: see <see cref="ServingModelPackageExtensions"/>.</summary>
    /// <typeparam name="TIn">A record, class or structure, one property for each input.</typeparam>
    /// <typeparam name="TOut">A record, class or structure, one property for each output.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name by which packages know it. Give a function that answers differently a new name.</param>
    /// <param name="function">Answers one row. Several threads call it at once; what it throws fails the request that it answers.</param>
    /// <exception cref="ArgumentException">The name is taken, or the types cannot be the columns of a model.</exception>
    public static IMlPlatformBuilder AddModelFunction<TIn, TOut>(this IMlPlatformBuilder builder, string name, Func<TIn, TOut> function)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(function);
        builder.AddServing();
        var taken = builder.Services.Select(d => d.ImplementationInstance).OfType<ModelFunction>();
        if (taken.Any(f => string.Equals(f.Name, name, StringComparison.Ordinal)))
        {
            throw new ArgumentException($"There is a function '{name}' already.", nameof(name));
        }

        builder.Services.AddSingleton<ModelFunction>(new TypedModelFunction<TIn, TOut>(name, function));
        return builder;
    }
}
