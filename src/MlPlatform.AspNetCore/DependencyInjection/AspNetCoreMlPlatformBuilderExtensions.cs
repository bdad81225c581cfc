using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlPlatform.AspNetCore;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the platform's routes.</summary>
public static class AspNetCoreMlPlatformBuilderExtensions
{
    /// <summary>Adds what <c>MapMlPlatform</c> maps, and the registry if it is not there.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Runs after configuration section <c>MlPlatform:AspNetCore</c> is bound.</param>
    /// <remarks>
    /// Safe to repeat. From here on the actor of every change made in a request is the caller that the host has authenticated,
    /// <see cref="Actor.Anonymous"/> without one; an <see cref="IActorAccessor"/> of the host's own stays.
    /// </remarks>
    public static IMlPlatformBuilder AddAspNetCore(this IMlPlatformBuilder builder, Action<AspNetCoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddPlatformOptions<AspNetCoreOptions, AspNetCoreOptionsValidator>(AspNetCoreOptions.Section, configure);
        builder.AddRegistry();
        var services = builder.Services;
        services.AddRouting();
        services.AddHttpContextAccessor();
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Add(InferenceSchemaJson.Default);
            o.SerializerOptions.TypeInfoResolverChain.Add(ServingJson.Default);
        });
        UseCallersAsActors(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformService, DefaultExperiment>());
        builder.AddEventFormat<WebhookFormat>();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IApiDescriptionProvider, RouteDescriptionProvider>());
        services.TryAddSingleton<VersionFiles>();
        services.TryAddSingleton<VersionSources>();
        services.TryAddSingleton<LoggedPackages>();
        services.TryAddSingleton<AccessControl>();
        services.TryAddSingleton<RequestGuard>();
        services.TryAddSingleton<RequestDrain>();
        services.TryAddSingleton<RequestPipeline>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HostOptions>, ShutdownTime>());
        UseDenials(services);
        AddEndpoints<ServerEndpoints>(services);
        AddEndpoints<ExperimentEndpoints>(services);
        AddEndpoints<RunEndpoints>(services);
        AddEndpoints<RunLogEndpoints>(services);
        AddEndpoints<MetricEndpoints>(services);
        AddEndpoints<SearchEndpoints>(services);
        AddEndpoints<DatasetEndpoints>(services);
        AddEndpoints<LoggedModelEndpoints>(services);
        AddEndpoints<ModelEndpoints>(services);
        AddEndpoints<VersionEndpoints>(services);
        AddEndpoints<AliasEndpoints>(services);
        AddEndpoints<ModelSearchEndpoints>(services);
        AddEndpoints<WebhookEndpoints>(services);
        AddEndpoints<TraceEndpoints>(services);
        AddEndpoints<OtlpEndpoints>(services);
        AddEndpoints<ArtifactProxyEndpoints>(services);
        AddEndpoints<ArtifactListEndpoints>(services);
        AddEndpoints<ArtifactFileEndpoints>(services);
        AddEndpoints<ArtifactTransferEndpoints>(services);
        AddEndpoints<InferenceModelEndpoints>(services);
        AddEndpoints<InferenceStatisticsEndpoints>(services);
        AddEndpoints<InferenceEndpoints>(services);
        AddEndpoints<InferenceRepositoryEndpoints>(services);
        AddEndpoints<ServedModelEndpoints>(services);
        AddEndpoints<RolloutEndpoints>(services);
        AddEndpoints<ServingMetricsEndpoints>(services);
        AddGrpc(services);
        AddEndpoints<UnknownEndpoints>(services);
        return builder;
    }

    private static void AddEndpoints<T>(IServiceCollection services)
        where T : class, IPlatformEndpoints => services.TryAddEnumerable(ServiceDescriptor.Singleton<IPlatformEndpoints, T>());

    private static void AddGrpc(IServiceCollection services)
    {
        services.AddGrpc();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IPostConfigureOptions<GrpcServiceOptions<GrpcInferenceService>>, GrpcServiceSetup>()
        );
        services.TryAddSingleton<InferenceReadiness>();
        services.TryAddSingleton<InferenceQuotas>();
        services.TryAddSingleton<GrpcInference>();
        services.TryAddSingleton<GrpcCalls>();
        AddEndpoints<GrpcInferenceEndpoints>(services);
    }

    /// <summary>Takes the place of Core's own accessor, and of no other.</summary>
    private static void UseCallersAsActors(IServiceCollection services)
    {
        var ofCore = services.FirstOrDefault(d =>
            d.ServiceType == typeof(IActorAccessor) && d.ImplementationType?.Assembly == typeof(IActorAccessor).Assembly
        );
        if (ofCore is not null)
        {
            services.Remove(ofCore);
        }

        services.TryAddSingleton<IActorAccessor, HttpActorAccessor>();
    }

    /// <summary>Takes the place of the framework's own handler, and of no other.</summary>
    private static void UseDenials(IServiceCollection services)
    {
        var ofFramework = services.FirstOrDefault(d =>
            d.ServiceType == typeof(IAuthorizationMiddlewareResultHandler)
            && d.ImplementationType == typeof(AuthorizationMiddlewareResultHandler)
        );
        if (ofFramework is not null)
        {
            services.Remove(ofFramework);
        }

        services.TryAddSingleton<IAuthorizationMiddlewareResultHandler, DenialHandler>();
    }
}
