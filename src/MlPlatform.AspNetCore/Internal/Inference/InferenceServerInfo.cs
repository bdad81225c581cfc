using System.Reflection;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What the server says about itself, over REST and gRPC alike.</summary>
internal static class InferenceServerInfo
{
    public const string Name = "MlPlatform";

    public static string Release { get; } =
        typeof(InferenceServerInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static IReadOnlyList<string> Extensions { get; } =
    ["binary_tensor_data", "model_configuration", "model_repository", "parameters", "statistics"];

    public static string PlatformOf(TensorModel model) => model.Runtime == ModelRuntime.Onnx ? "onnx_onnxv1" : model.Runtime;
}
