using System.Collections.Concurrent;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>The packages of a test, shared by its replicas: y = sigmoid(x + bias), so that an answer tells its version.</summary>
internal sealed class ModelPackages
{
    public static readonly ModelSignature Logistic = new([new("x", DataType.Float32)], [new("probability", DataType.Float32)]);

    public ConcurrentDictionary<ModelVersionId, Func<ModelPackage>> All { get; } = new();

    /// <summary>Told of each version that is opened.</summary>
    public event Action<ModelVersionId>? Opened;

    /// <summary>Adds <c>m@vN</c>, whose answer to 0 is <see cref="Answer"/>.</summary>
    public void Add(int version, ModelFileContent? extra = null, string model = "m") =>
        All[new(model, version)] = () =>
        {
            var package = ModelPackage.Create(
                new(ModelRuntime.Onnx, "1"),
                Logistic,
                new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", OnnxWriter.Logistic([1], Bias(version)))
            );
            return extra is null ? package : package.WithFile(extra);
        };

    public ModelPackage Open(ModelVersionId id)
    {
        Opened?.Invoke(id);
        return All.TryGetValue(id, out var package) ? package() : throw new AssetNotFoundException(id.ToAsset());
    }

    public static float Answer(int version, float x = 0) => 1 / (1 + MathF.Exp(-(x + Bias(version))));

    public static ModelFileContent Golden(string json) =>
        new("golden.json", ModelFileRole.Golden, "application/json", Encoding.UTF8.GetBytes(json));

    private static float Bias(int version) => version * 0.25f;
}
