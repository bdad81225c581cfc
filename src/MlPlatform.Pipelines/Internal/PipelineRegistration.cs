namespace MlPlatform.Pipelines.Internal;

internal sealed record PipelineRegistration(Type Type, Func<IServiceProvider, Pipeline> Create, Action<PipelineTriggers>? Configure);
