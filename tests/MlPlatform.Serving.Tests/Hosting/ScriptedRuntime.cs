using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>A runtime whose models do what the test says: fail, block, answer slowly or with a chosen number.</summary>
internal sealed class ScriptedRuntime : IModelRuntime
{
    public string Kind => ModelRuntime.Custom;

    /// <summary>Input x to probability, by the model's first byte, which is its version.</summary>
    public Dictionary<byte, Func<float, float>> Models { get; } = [];

    public static void Add(ModelPackages packages, byte version, ModelSignature? signature = null) =>
        packages.All[new("m", version)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.Custom, "1"),
                signature ?? ModelPackages.Logistic,
                new ModelFileContent("model.bin", ModelFileRole.Model, "application/octet-stream", new[] { version })
            );

    public ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken) =>
        new(new Runner(x => Models[model[0]](x), version.Package.Manifest.Signature));

    private sealed class Runner(Func<float, float> answer, ModelSignature signature) : IModelRunner
    {
        public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(signature.Inputs);

        public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(signature.Outputs);

        public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) => new Program(answer, inputs, outputs);

        public void Dispose() { }
    }

    private sealed class Program(Func<float, float> answer, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        public void Run() => outputs.Ref<float>(0, 0) = answer(inputs.Ref<float>(0, 0));

        public void Dispose() { }
    }
}
