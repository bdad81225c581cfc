using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Where one signature column lives inside a request's buffers.</summary>
/// <param name="Column">The signature's column.</param>
/// <param name="Tensor">Which tensor holds it.</param>
/// <param name="Offset">Its first element within a row of that tensor.</param>
/// <param name="Elements">How many elements a row has; 0 where they differ from request to request.</param>
internal sealed record ColumnSlot(DataColumn Column, int Tensor, int Offset, int Elements)
{
    public bool IsText => Column.Type == DataType.String;
}
