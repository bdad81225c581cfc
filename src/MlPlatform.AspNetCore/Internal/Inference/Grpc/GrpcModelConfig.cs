using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;
using DataType = MlPlatform.Core.DataType;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A model's configuration, as far as it means something here.</summary>
internal static class GrpcModelConfig
{
    /// <summary>By the protocol's rule the dimension of rows is left out where a request may have several.</summary>
    public static ModelConfig Of(TensorModel model, int maximumRows)
    {
        var isBatched = model.Inputs.Count > 0 && model.Inputs.Concat(model.Outputs).All(t => t.Shape is [-1, ..]);
        var skipped = isBatched ? 1 : 0;
        return new()
        {
            Name = model.Version.Name,
            Platform = InferenceServerInfo.PlatformOf(model),
            MaxBatchSize = isBatched ? maximumRows : 0,
            Input =
            {
                model.Inputs.Select(t => new ModelInput
                {
                    Name = t.Name,
                    DataType = TypeOf(t.Type),
                    Dims = { t.Shape.Skip(skipped) },
                }),
            },
            Output =
            {
                model.Outputs.Select(t => new ModelOutput
                {
                    Name = t.Name,
                    DataType = TypeOf(t.Type),
                    Dims = { t.Shape.Skip(skipped) },
                }),
            },
        };
    }

    private static TensorDataType TypeOf(DataType type) =>
        type switch
        {
            DataType.Bool => TensorDataType.TypeBool,
            DataType.Int8 => TensorDataType.TypeInt8,
            DataType.Int16 => TensorDataType.TypeInt16,
            DataType.Int32 => TensorDataType.TypeInt32,
            DataType.Int64 or DataType.Timestamp => TensorDataType.TypeInt64,
            DataType.UInt8 => TensorDataType.TypeUint8,
            DataType.UInt16 => TensorDataType.TypeUint16,
            DataType.UInt32 => TensorDataType.TypeUint32,
            DataType.UInt64 => TensorDataType.TypeUint64,
            DataType.Float16 => TensorDataType.TypeFp16,
            DataType.BFloat16 => TensorDataType.TypeBf16,
            DataType.Float32 => TensorDataType.TypeFp32,
            DataType.Float64 => TensorDataType.TypeFp64,
            _ => TensorDataType.TypeString,
        };
}
