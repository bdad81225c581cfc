using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>An input or output of a loaded model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The dimensions; -1 is variable.</param>
public sealed record TensorInfo(string Name, DataType Type, IReadOnlyList<long> Shape);
