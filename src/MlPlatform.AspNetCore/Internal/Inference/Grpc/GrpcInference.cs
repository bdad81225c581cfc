using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Options;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Answers the messages of the Open Inference Protocol.</summary>
internal sealed class GrpcInference(
    IOptions<AspNetCoreOptions> options,
    IOptions<ServingOptions> serving,
    InferenceQuotas quotas,
    InferenceReadiness readiness,
    IInferenceServer? server = null
)
{
    // Its routes are mapped only when there is one.
    private IInferenceServer Models => server ?? throw MlflowException.NotImplemented("This server serves no models.");

    public static ServerMetadataResponse DescribeServer() =>
        new()
        {
            Name = InferenceServerInfo.Name,
            Version = InferenceServerInfo.Release,
            Extensions = { InferenceServerInfo.Extensions },
        };

    public ServerReadyResponse Ready() => new() { Ready = readiness.IsReady(Models) };

    public async Task<ModelReadyResponse> IsReadyAsync(ModelReadyRequest request, CancellationToken cancellationToken) =>
        new()
        {
            Ready = await InferenceReadiness
                .IsReadyAsync(Models, Target(request.Name, request.Version), cancellationToken)
                .ConfigureAwait(false),
        };

    public async Task<ModelMetadataResponse> DescribeAsync(ModelMetadataRequest request, CancellationToken cancellationToken)
    {
        var model = await Models.DescribeAsync(Target(request.Name, request.Version), cancellationToken).ConfigureAwait(false);
        return new()
        {
            Name = model.Version.Name,
            Versions = { model.Versions.Select(v => v.ToString(CultureInfo.InvariantCulture)) },
            Platform = InferenceServerInfo.PlatformOf(model),
            Inputs = { model.Inputs.Select(Describe) },
            Outputs = { model.Outputs.Select(Describe) },
        };
    }

    public async Task<ModelConfigResponse> ConfigureAsync(ModelConfigRequest request, CancellationToken cancellationToken)
    {
        var model = await Models.DescribeAsync(Target(request.Name, request.Version), cancellationToken).ConfigureAwait(false);
        return new() { Config = GrpcModelConfig.Of(model, serving.Value.MaxRequestRows) };
    }

    /// <summary>Of all models that are loaded where the request names none.</summary>
    public async Task<ModelStatisticsResponse> ListStatisticsAsync(ModelStatisticsRequest request, CancellationToken cancellationToken) =>
        GrpcStatistics.Of(
            request.Name.Length == 0
                ? Models.ListStatistics()
                : await InferenceStatistics
                    .ListAsync(Models, Target(request.Name, request.Version), cancellationToken)
                    .ConfigureAwait(false)
        );

    public async Task<ModelInferResponse> InferAsync(ModelInferRequest message, ServerCallContext context)
    {
        var target = Target(message.ModelName, message.ModelVersion);
        var http = context.GetHttpContext();
        quotas.Take(http, target.Name);
        var said = await VersionChoice.CompleteAsync(http, InferenceHeaders.ReadOptions(http.Request)).ConfigureAwait(false) with
        {
            Timeout = TimeLeft(context),
        };
        if (said.Target == default && !message.Parameters.ContainsKey("priority") && Models.Refuse(target) is { } busy)
        {
            throw busy;
        }

        var request = GrpcRequestReader.Read(message, options.Value.MaxInferenceBytes);
        var prediction = await InferenceCall.PredictAsync(Models, target, request, said, context.CancellationToken).ConfigureAwait(false);
        return GrpcReply.Of(message, prediction);
    }

    public RepositoryIndexResponse List(RepositoryIndexRequest request)
    {
        InferenceRepository.Check(request.RepositoryName);
        var result = new RepositoryIndexResponse();
        foreach (var model in InferenceRepository.List(Models, request.Ready))
        {
            result.Models.Add(
                new RepositoryIndexResponse.Types.ModelIndex
                {
                    Name = model.Name,
                    Version = model.Version,
                    State = model.State,
                    Reason = model.Reason,
                }
            );
        }

        return result;
    }

    public async Task<RepositoryModelLoadResponse> LoadAsync(RepositoryModelLoadRequest request, CancellationToken cancellationToken)
    {
        InferenceRepository.Check(request.RepositoryName);
        InferenceRepository.CheckParameters(request.Parameters.Keys, InferenceRepository.OfLoad);
        await Models.LoadAsync(Target(request.ModelName, string.Empty), cancellationToken).ConfigureAwait(false);
        return new();
    }

    public async Task<RepositoryModelUnloadResponse> UnloadAsync(RepositoryModelUnloadRequest request, CancellationToken cancellationToken)
    {
        InferenceRepository.Check(request.RepositoryName);
        InferenceRepository.CheckParameters(request.Parameters.Keys, InferenceRepository.OfUnload);
        var target = Target(request.ModelName, string.Empty);
        await Models.UnloadAsync(target.Name, cancellationToken).ConfigureAwait(false);
        return new();
    }

    private ModelReference Target(string name, string version) =>
        InferenceTarget.Of(name, version.Length == 0 ? null : version, serving.Value.DefaultAlias);

    /// <summary>The framework has made the deadline by the system's clock, so no other tells how much is left.</summary>
    private static TimeSpan? TimeLeft(ServerCallContext context)
    {
        if (context.Deadline == DateTime.MaxValue)
        {
            return null;
        }

        var left = context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
        return left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
    }

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorInfo tensor) =>
        new()
        {
            Name = tensor.Name,
            Datatype = Datatypes.NameOf(tensor.Type),
            Shape = { tensor.Shape },
        };
}
