namespace MlPlatform.Core;

/// <summary>What runs a model.</summary>
/// <param name="Kind"><c>mlnet</c>, <c>onnx</c>, <c>function</c>, <c>composed</c> or <c>custom</c>.</param>
/// <param name="Version">The version of the library that wrote it.</param>
public sealed record ModelRuntime(string Kind, string Version)
{
    /// <summary>An ML.NET model (<c>.zip</c>).</summary>
    public const string MlNet = "mlnet";

    /// <summary>An ONNX model.</summary>
    public const string Onnx = "onnx";

    /// <summary>A function of the application, which the server has under the same name.</summary>
    public const string Function = "function";

    /// <summary>A graph over other model versions.</summary>
    public const string Composed = "composed";

    /// <summary>A model that the host runs itself.</summary>
    public const string Custom = "custom";
}
