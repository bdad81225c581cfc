using System.Text.Json;
using MlPlatform.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MlPlatform.Registry.Internal;

/// <summary>The file <c>MLmodel</c> that clients write beside a model: what of it makes an ONNX model one that can be served here.</summary>
internal sealed record MlmodelFile(string OnnxPath, string OnnxVersion, ModelSignature Signature)
{
    public const string Name = "MLmodel";
    public const int MaximumBytes = 1 << 20;

    /// <summary>Reads the text.</summary>
    /// <exception cref="InvalidModelPackageException">It is not YAML, names no ONNX model, or has no usable signature; the message says which.</exception>
    public static MlmodelFile Parse(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..] ? Read(root) : throw Wrong("it is empty");
        }
        catch (YamlException e)
        {
            throw Wrong($"it is not YAML ({e.Message})");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Wrong($"its signature cannot be read ({e.Message})");
        }
    }

    private static MlmodelFile Read(YamlMappingNode root)
    {
        if (Child(Child(root, "flavors") as YamlMappingNode, "onnx") is not YamlMappingNode onnx)
        {
            throw Wrong("it has no flavor 'onnx', the only one that can be served here");
        }

        if (Child(root, "signature") is not YamlMappingNode signature)
        {
            throw Wrong("it has no signature; log the model with one");
        }

        return new(
            Text(onnx, "data") ?? throw Wrong("its flavor 'onnx' names no file"),
            Text(onnx, "onnx_version") ?? "unknown",
            new(Columns(signature, "inputs"), Columns(signature, "outputs"))
        );
    }

    /// <summary>Inputs and outputs are JSON inside the YAML. A single tensor need not have a name; it is called <c>input</c> or <c>output</c> then.</summary>
    private static List<DataColumn> Columns(YamlMappingNode signature, string side)
    {
        using var json = JsonDocument.Parse(Text(signature, side) ?? throw Wrong($"its signature has no {side}"));
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw Wrong($"its signature's {side} are no list");
        }

        var unnamed = json.RootElement.GetArrayLength() == 1 ? side.TrimEnd('s') : null;
        return [.. json.RootElement.EnumerateArray().Select(c => Column(c, side, unnamed))];
    }

    private static DataColumn Column(JsonElement column, string side, string? unnamed)
    {
        if (column.ValueKind != JsonValueKind.Object || (NameOf(column) ?? unnamed) is not { Length: > 0 } named)
        {
            throw Wrong($"its signature has {side} without a name");
        }

        if (column.TryGetProperty("tensor-spec", out var tensor))
        {
            return new(named, TensorType(tensor.GetProperty("dtype").GetString()))
            {
                Shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())],
            };
        }

        var isRequired = !column.TryGetProperty("required", out var required) || required.ValueKind != JsonValueKind.False;
        return new(named, ColumnType(column.GetProperty("type").GetString())) { Nullable = !isRequired };
    }

    private static string? NameOf(JsonElement column) =>
        column.TryGetProperty("name", out var name) && name.ValueKind != JsonValueKind.Null ? name.GetString() : null;

    private static DataType TensorType(string? type) =>
        type switch
        {
            "bool" => DataType.Bool,
            "int8" => DataType.Int8,
            "int16" => DataType.Int16,
            "int32" => DataType.Int32,
            "int64" => DataType.Int64,
            "uint8" => DataType.UInt8,
            "uint16" => DataType.UInt16,
            "uint32" => DataType.UInt32,
            "uint64" => DataType.UInt64,
            "float32" => DataType.Float32,
            "float64" => DataType.Float64,
            "str" or "object" => DataType.String,
            _ => throw Wrong($"its signature has tensors of type '{type}'"),
        };

    private static DataType ColumnType(string? type) =>
        type switch
        {
            "boolean" => DataType.Bool,
            "integer" => DataType.Int32,
            "long" => DataType.Int64,
            "float" => DataType.Float32,
            "double" => DataType.Float64,
            "string" => DataType.String,
            "binary" => DataType.Bytes,
            "datetime" => DataType.Timestamp,
            _ => throw Wrong($"its signature has columns of type '{type}'"),
        };

    private static YamlNode? Child(YamlMappingNode? node, string name) =>
        node is not null && node.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    private static string? Text(YamlMappingNode node, string name) => (Child(node, name) as YamlScalarNode)?.Value;

    private static InvalidModelPackageException Wrong(string problem) => new($"The file {Name} cannot be used: {problem}.");
}
