using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Registry.Mlflow;
using MlPlatform.Registry.Mlflow.Internal;
using Polly;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts MLflow behind the registry's interfaces, or brings what it keeps into the registry.</summary>
public static class MlflowMlPlatformBuilderExtensions
{
    /// <summary>Adds <see cref="IMlflowImporter"/>. Safe to repeat.</summary>
    /// <param name="builder">The builder.</param>
    public static IMlPlatformBuilder AddMlflowImport(this IMlPlatformBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRegistry();
        if (builder.Services.All(d => d.ServiceType != typeof(IMlflowImporter)))
        {
            builder.Services.AddSingleton<IMlflowImporter, MlflowImporter>();
            AddClient(builder.Services, MlflowClient.Import, IsTransient, _ => new(), o => o.TransferTimeout);
        }

        return builder;
    }

    /// <summary>
    /// Makes an MLflow server the experiment tracker and the model registry: <see cref="IExperimentTracker"/>, <see cref="IArtifactTrees"/>,
    /// <see cref="IModelRegistry"/>, <see cref="IModelSource"/> and <see cref="IModelPromotion"/> speak to it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="uri">The server's address; null leaves it to configuration.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:Mlflow</c> is bound.</param>
    /// <remarks>
    /// Events and lineage are kept here and follow each call, at least once. What an MLflow server has nothing for throws a
    /// <see cref="NotSupportedException"/>: the history of aliases, logged models, traces, cards, signatures, promotion policies, retention. Safe to repeat.
    /// </remarks>
    public static IMlPlatformBuilder UseMlflow(this IMlPlatformBuilder builder, string? uri = null, Action<MlflowOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddRegistry();
        builder.AddPlatformOptions<MlflowOptions, MlflowOptionsValidator>(
            MlflowOptions.Section,
            options =>
            {
                options.Uri = uri is null ? options.Uri : new(uri, UriKind.RelativeOrAbsolute);
                configure?.Invoke(options);
            }
        );
        if (builder.Services.Any(d => d.ServiceType == typeof(MlflowClient)))
        {
            return builder;
        }

        builder.AddMigrations(
            new("Registry.Mlflow", DatabaseNames.Metadata, typeof(MlflowOptions).Assembly, "MlPlatform.Registry.Mlflow.Migrations.")
        );
        builder.AddRecurringWork<RemoteCallRecovery>();
        AddClient(builder.Services, MlflowClient.Repeating, IsTransient, Configured, o => o.Timeout);
        AddClient(builder.Services, MlflowClient.Once, IsRefused, Configured, o => o.Timeout);
        AddClient(builder.Services, MlflowClient.Transfer, IsRefused, Configured, o => o.TransferTimeout);
        builder.Services.AddSingleton(s => new MlflowClient(
            s.GetRequiredService<IHttpClientFactory>(),
            s.GetRequiredService<IOptions<MlflowOptions>>()
        ));
        builder.Services.AddSingleton<MlflowProbes>();
        builder.Services.AddSingleton<RemoteCalls>();
        builder.Services.AddSingleton<MlflowFiles>();
        builder.Services.AddSingleton<MlflowPackages>();
        builder.Services.AddSingleton<IValidateOptions<MlflowOptions>, UnsupportedPolicies>();

        // Packages are still stored here, on their way to the server.
        var local = builder.Services.Last(d => d.ServiceType == typeof(IModelRegistry));
        builder.Services.AddKeyedSingleton(MlflowModelRegistry.Local, (s, _) => (IModelRegistry)local.ImplementationFactory!(s));
        builder.Services.AddSingleton<MlflowModelRegistry>();
        Replace<IModelRegistry>(s => s.GetRequiredService<MlflowModelRegistry>());
        Replace<IModelPromotion>(s => s.GetRequiredService<MlflowModelRegistry>());
        Replace<IModelSource>(s => ActivatorUtilities.CreateInstance<MlflowModelSource>(s));
        Replace<IArtifactTrees>(s => ActivatorUtilities.CreateInstance<MlflowArtifactTrees>(s));
        Replace<IExperimentTracker>(s => ActivatorUtilities.CreateInstance<MlflowExperimentTracker>(s));
        Replace<IRegistryRetention>(_ => new NoRetention());
        ReplaceWithNothing<ILoggedModels>();
        ReplaceWithNothing<ITraces>();
        ReplaceWithNothing<IModelDiscovery>();
        ReplaceWithNothing<IModelSignatures>();
        ReplaceWithNothing<IModelCards>();
        ReplaceWithNothing<IModelBillsOfMaterials>();
        ReplaceWithNothing<IPromotions>();
        return builder;

        void Replace<T>(Func<IServiceProvider, T> make)
            where T : class => builder.Services.Replace(ServiceDescriptor.Singleton(make));

        void ReplaceWithNothing<T>()
            where T : class =>
            Replace<T>(_ =>
                throw new NotSupportedException(
                    $"UseMlflow makes an MLflow server the registry, and it has nothing for {typeof(T).Name}. Use the platform's own registry for that."
                )
            );
    }

    private static void AddClient(
        IServiceCollection services,
        string name,
        Func<Outcome<HttpResponseMessage>, bool> isTriedAgain,
        Func<IServiceProvider, MlflowOptions> settings,
        Func<MlflowOptions, TimeSpan> timeout
    ) =>
        services
            .AddHttpClient(
                name,
                client =>
                {
                    client.Timeout = Timeout.InfiniteTimeSpan; // Each try has its own.
                    client.MaxResponseContentBufferSize = MlflowClient.MaximumAnswerBytes;
                }
            )
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false, // Credentials go to the server that was configured, nowhere else.
                    AutomaticDecompression = DecompressionMethods.All,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                }
            )
            .AddResilienceHandler(
                "calls",
                (pipeline, context) =>
                {
                    var options = settings(context.ServiceProvider);
                    pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<Clocks>().Work;
                    if (options.Retries > 0)
                    {
                        pipeline.AddRetry(
                            new HttpRetryStrategyOptions
                            {
                                ShouldHandle = args => ValueTask.FromResult(isTriedAgain(args.Outcome)),
                                MaxRetryAttempts = options.Retries,
                                Delay = options.RetryDelay,
                                MaxDelay = TimeSpan.FromMinutes(1),
                                BackoffType = DelayBackoffType.Exponential,
                                UseJitter = true,
                            }
                        );
                    }

                    pipeline.AddTimeout(timeout(options));
                }
            );

    private static MlflowOptions Configured(IServiceProvider services) => services.GetRequiredService<IOptions<MlflowOptions>>().Value;

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => HttpClientResiliencePredicates.IsTransient(outcome);

    /// <summary>Whether the server cannot have acted: the request never came to it, or it said that it is too busy.</summary>
    private static bool IsRefused(Outcome<HttpResponseMessage> outcome) =>
        outcome.Result is { StatusCode: HttpStatusCode.TooManyRequests }
        || (outcome.Exception is HttpRequestException e && MlflowClient.NeverArrived(e));
}
