using System.Text;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>The file <c>MLmodel</c> for a package of ours, so that MLflow's clients load it too. It is YAML, and JSON is YAML.</summary>
internal static class MlmodelText
{
    /// <summary>The text; null for a package that MLflow has no flavor for.</summary>
    public static byte[]? Of(ModelManifest manifest)
    {
        if (manifest.Runtime.Kind != ModelRuntime.Onnx || manifest.Find(ModelFileRole.Model) is not { } model)
        {
            return null;
        }

        var text = new JsonObject
        {
            ["flavors"] = new JsonObject
            {
                ["onnx"] = new JsonObject
                {
                    ["code"] = null,
                    ["data"] = model.Path,
                    ["onnx_version"] = manifest.Runtime.Version,
                    ["providers"] = new JsonArray("CPUExecutionProvider"),
                },
                ["python_function"] = new JsonObject { ["loader_module"] = "mlflow.onnx", ["data"] = model.Path },
            },
        };
        if (Columns(manifest.Signature.Inputs) is { } inputs && Columns(manifest.Signature.Outputs) is { } outputs)
        {
            text["signature"] = new JsonObject
            {
                ["inputs"] = inputs.ToJsonString(),
                ["outputs"] = outputs.ToJsonString(),
                ["params"] = null,
            };
        }

        return Encoding.UTF8.GetBytes(text.ToJsonString());
    }

    /// <summary>The columns as tensors; null when one has a type that MLflow has none for.</summary>
    private static JsonArray? Columns(IReadOnlyList<DataColumn> columns)
    {
        var list = new JsonArray();
        foreach (var column in columns)
        {
            if (TypeOf(column.Type) is not { } type)
            {
                return null;
            }

            var tensor = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. (column.Shape ?? [-1]).Select(d => JsonValue.Create(d))]),
            };
            list.Add(
                new JsonObject
                {
                    ["name"] = column.Name,
                    ["type"] = "tensor",
                    ["tensor-spec"] = tensor,
                }
            );
        }

        return list;
    }

    private static string? TypeOf(DataType type) =>
        type switch
        {
            DataType.Bool => "bool",
            DataType.Int8 => "int8",
            DataType.Int16 => "int16",
            DataType.Int32 => "int32",
            DataType.Int64 => "int64",
            DataType.UInt8 => "uint8",
            DataType.UInt16 => "uint16",
            DataType.UInt32 => "uint32",
            DataType.UInt64 => "uint64",
            DataType.Float32 => "float32",
            DataType.Float64 => "float64",
            DataType.String => "str",
            _ => null,
        };
}
