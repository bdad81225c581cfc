namespace MlPlatform.Core;

/// <summary>A file on its way into a model package.</summary>
/// <param name="Path">Relative, with <c>/</c>.</param>
/// <param name="Role">What it is for.</param>
/// <param name="MediaType">For example <c>application/onnx</c>.</param>
/// <param name="Content">Its bytes; not copied, so do not change them.</param>
public sealed record ModelFileContent(string Path, ModelFileRole Role, string MediaType, ReadOnlyMemory<byte> Content);
