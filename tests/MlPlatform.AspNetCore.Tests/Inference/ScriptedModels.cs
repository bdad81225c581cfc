using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>Answers with the inputs that it is given, unless a test says otherwise.</summary>
internal sealed class ScriptedModels : IInferenceServer
{
    public static readonly PredictionId MadeId = PredictionId.Parse("0197f0c0000070008000000000000001");

    public delegate ValueTask<IReadOnlyList<NamedTensor>> Script(TensorRequest request, CancellationToken cancellationToken);

    public Script Answer { get; set; } = (request, _) => ValueTask.FromResult(Echo(request));

    public Func<ModelReference, TensorModel> Description { get; set; } =
        model => new(VersionOf(model), ModelRuntime.Onnx, [new("x", DataType.Float32, [-1, 2])], [new("y", DataType.Int64, [-1])]);

    /// <summary>What is told to requests before they are read.</summary>
    public ModelOverloadedException? Busy { get; set; }

    public IReadOnlyList<ServedModel> Open { get; set; } = [];

    public IReadOnlyList<ModelStatistics> Statistics { get; set; } = [];

    public List<string> Unloaded { get; } = [];

    public ModelReference? LastModel { get; private set; }

    public PredictOptions LastOptions { get; private set; }

    public static void AddTo(IServiceCollection services) => services.AddSingleton<IInferenceServer>(new ScriptedModels());

    public static IReadOnlyList<NamedTensor> Echo(TensorRequest request)
    {
        var unknown = request.Outputs.FirstOrDefault(o => request.Inputs.All(i => i.Name != o));
        return unknown is not null ? throw new PredictionInputException($"There is no output '{unknown}'.")
            : request.Outputs.Count == 0 ? request.Inputs
            : [.. request.Outputs.Select(o => request.Inputs.Single(i => i.Name == o))];
    }

    public async ValueTask<Prediction<IReadOnlyList<NamedTensor>>> PredictAsync(
        ModelReference model,
        TensorRequest request,
        PredictOptions options,
        CancellationToken cancellationToken
    )
    {
        (LastModel, LastOptions) = (model, options);
        var outputs = await Answer(request, cancellationToken);
        return new(outputs, VersionOf(model), options.Id ?? MadeId, PredictionRoute.Canary);
    }

    ValueTask<Prediction<IReadOnlyList<NamedTensor>>> IInferenceServer.PredictAsync(
        ModelReference model,
        TensorRequest request,
        in PredictOptions options,
        CancellationToken cancellationToken
    ) => PredictAsync(model, request, options, cancellationToken);

    public ValueTask<TensorModel> DescribeAsync(ModelReference model, CancellationToken cancellationToken = default)
    {
        LastModel = model;
        return ValueTask.FromResult(Description(model));
    }

    public Task LoadAsync(ModelReference model, CancellationToken cancellationToken = default) =>
        DescribeAsync(model, cancellationToken).AsTask();

    public ModelOverloadedException? Refuse(ModelReference model, PredictionPriority priority = default)
    {
        LastModel = model;
        return Busy;
    }

    public IReadOnlyList<ServedModel> ListOpen() => Open;

    public IReadOnlyList<ModelStatistics> ListStatistics() => Statistics;

    public IReadOnlyList<string> ListUnloaded() => Unloaded;

    public Task UnloadAsync(string name, CancellationToken cancellationToken = default)
    {
        Unloaded.Add(name);
        return Task.CompletedTask;
    }

    private static ModelVersionId VersionOf(ModelReference model) => new(model.Name, model.Version ?? 7);
}
