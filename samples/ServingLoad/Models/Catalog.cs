using MlPlatform.Core;
using MlPlatform.Registry;

namespace ServingLoad;

/// <summary>Registers the versions of the test.</summary>
internal sealed class Catalog(IModelRegistry models)
{
    /// <summary>The model that is swapped and rolled out.</summary>
    public const string Model = "visits";

    /// <summary>The model that is overloaded.</summary>
    public const string Heavy = "heavy";

    private int last;

    /// <summary>Registers the next version of <see cref="Model"/>.</summary>
    /// <param name="write">Makes the file from the version's number, which its answers will tell.</param>
    public async Task<ModelVersionId> AddAsync(Func<int, byte[]> write, CancellationToken cancellationToken)
    {
        last++;
        var version = await models.RegisterVersionAsync(
            Model,
            Package(write(last), OnnxModels.Inputs),
            cancellationToken: cancellationToken
        );
        return version.Id.Version == last
            ? version.Id
            : throw new InvalidOperationException($"{version.Id} was to be version {last}: somebody else registers versions here.");
    }

    public async Task PromoteAsync(ModelVersionId version, CancellationToken cancellationToken) =>
        await models.PromoteAsync(version, cancellationToken: cancellationToken);

    public async Task AddHeavyAsync(CancellationToken cancellationToken)
    {
        var package = Package(OnnxModels.Heavy(), OnnxModels.HeavyInputs);
        var version = await models.RegisterVersionAsync(Heavy, package, cancellationToken: cancellationToken);
        await models.PromoteAsync(version.Id, cancellationToken: cancellationToken);
    }

    private static ModelPackage Package(byte[] onnx, int inputs) =>
        ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.19.0"),
            new([new("features", DataType.Float32) { Shape = [-1, inputs] }], [new("score", DataType.Float32) { Shape = [-1, 1] }]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", onnx)
        );
}
