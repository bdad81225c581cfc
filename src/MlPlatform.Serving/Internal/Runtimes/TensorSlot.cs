using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>One tensor of a runtime: a column of its own, or several scalar columns packed side by side.</summary>
/// <param name="Name">The runtime's name for it.</param>
/// <param name="Type">The element type.</param>
/// <param name="Elements">Elements per row.</param>
/// <param name="Dimensions">The runtime's shape; -1 where the number of rows goes.</param>
internal sealed record TensorSlot(string Name, DataType Type, int Elements, long[] Dimensions);
