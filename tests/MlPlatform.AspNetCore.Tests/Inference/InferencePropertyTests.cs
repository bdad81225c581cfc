using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

public sealed class InferencePropertyTests
{
    // Numbers that are near what some type takes, or far from all.
    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Int.Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Gen.SByte.Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Gen.Long.Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Gen.ULong.Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Gen.Double.Where(double.IsFinite).Select(d => d.ToString("R", CultureInfo.InvariantCulture)),
        Gen.Int[0, 1].Select(i => i.ToString(CultureInfo.InvariantCulture)),
        OneOf("true", "false", "null", "\"a\"", "1e400", "-0", "1.0")
    );

    private static readonly Gen<string> Input = Gen.Select(
        OneOf("BOOL", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP16", "FP32", "FP64", "BYTES"),
        Number.List[0, 6],
        Gen.Bool,
        Gen.Int[0, 20],
        (datatype, elements, isNested, surplus) =>
        {
            var data = string.Join(',', elements.Select(e => isNested ? $"[{e}]" : e));
            string[] members =
            [
                $"\"shape\":[{elements.Count + (surplus == 0 ? 1 : 0)}{(surplus % 3 == 0 ? string.Empty : ",1")}]",
                "\"name\":\"x\"",
                $"\"data\":[{data}]",
                $"\"datatype\":\"{datatype}\"",
            ];
            var order = members.Select((m, i) => (m, (i * 7 + surplus) % 4)).OrderBy(m => m.Item2).Select(m => m.m);
            return $$"""{"inputs":[{{{string.Join(',', order)}}}]}""";
        }
    );

    [Fact]
    public void What_is_read_is_what_JsonDocument_reads_and_all_else_is_refused() =>
        Input.Sample(
            json =>
            {
                NamedTensor tensor;
                try
                {
                    tensor = Assert.Single(Requests.Read(json).Inputs);
                }
                catch (MlflowException e)
                {
                    Assert.Equal(400, e.Error.Status);
                    Assert.False(Fits(json), $"{json} was refused: {e.Message}");
                    return;
                }

                Assert.True(Fits(json), json);
                var expected = Elements(json).ToList();
                Assert.Equal(expected.Count, tensor.Count);
                for (var i = 0; i < expected.Count; i++)
                {
                    Assert.Equal(Value(expected[i], tensor.Type), Value(tensor, i));
                }
            },
            iter: 20_000
        );

    [Fact]
    public void Mutated_bytes_are_read_or_refused_and_nothing_else() =>
        Gen.Select(Input, Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[1, 4], Gen.Int[-1, 200])
            .Sample(
                (json, mutations, jsonLength) =>
                {
                    var body = Encoding.UTF8.GetBytes(json);
                    foreach (var (at, value) in mutations)
                    {
                        body[at % body.Length] = value;
                    }

                    try
                    {
                        Assert.NotNull(Requests.Read(body, jsonLength < 0 ? null : jsonLength));
                    }
                    catch (MlflowException e)
                    {
                        Assert.Equal(400, e.Error.Status);
                        Assert.NotEmpty(e.Error.Message);
                    }
                },
                iter: 50_000
            );

    [Fact]
    public void Bytes_of_texts_are_read_or_refused_and_nothing_else() =>
        Gen.Select(Gen.Byte[0, 5].Array[0, 40], Gen.Int[0, 12])
            .Sample(
                (bytes, count) =>
                {
                    try
                    {
                        var tensor = BinaryTensorData.Read("x", DataType.String, [count], count, bytes, "x");
                        Assert.Equal(bytes.Length, tensor.Texts.Sum(t => sizeof(uint) + Encoding.UTF8.GetByteCount(t!)));
                    }
                    catch (MlflowException e)
                    {
                        Assert.Equal(400, e.Error.Status);
                    }
                },
                iter: 50_000
            );

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool Fits(string json)
    {
        using var document = JsonDocument.Parse(json);
        var input = document.RootElement.GetProperty("inputs")[0];
        var elements = Elements(json).ToList();
        var datatype = input.GetProperty("datatype").GetString()!;
        var isNested = input.GetProperty("data").EnumerateArray().Any(e => e.ValueKind == JsonValueKind.Array);
        return input.GetProperty("shape")[0].GetInt32() == elements.Count
            && (!isNested || input.GetProperty("shape").GetArrayLength() == 2)
            && datatype != "FP16"
            && elements.All(e => Value(e, Datatypes.Parse(datatype, "x")) is not null);
    }

    private static IEnumerable<JsonElement> Elements(string json) =>
        JsonElement
            .Parse(json)
            .GetProperty("inputs")[0]
            .GetProperty("data")
            .EnumerateArray()
            .Select(e => e.ValueKind == JsonValueKind.Array ? e[0] : e);

    private static object? Value(JsonElement element, DataType type) =>
        (type, element.ValueKind) switch
        {
            (DataType.String, JsonValueKind.String) => element.GetString(),
            (DataType.Bool, JsonValueKind.True or JsonValueKind.False) => element.GetBoolean(),
            (DataType.Bool, JsonValueKind.Number) => element.TryGetByte(out var v) && v <= 1 ? v == 1 : null,
            (DataType.Int8, JsonValueKind.Number) => element.TryGetSByte(out var v) ? v : null,
            (DataType.Int16, JsonValueKind.Number) => element.TryGetInt16(out var v) ? v : null,
            (DataType.Int32, JsonValueKind.Number) => element.TryGetInt32(out var v) ? v : null,
            (DataType.Int64, JsonValueKind.Number) => element.TryGetInt64(out var v) ? v : null,
            (DataType.UInt8, JsonValueKind.Number) => element.TryGetByte(out var v) ? v : null,
            (DataType.UInt16, JsonValueKind.Number) => element.TryGetUInt16(out var v) ? v : null,
            (DataType.UInt32, JsonValueKind.Number) => element.TryGetUInt32(out var v) ? v : null,
            (DataType.UInt64, JsonValueKind.Number) => element.TryGetUInt64(out var v) ? v : null,
            (DataType.Float32, JsonValueKind.Number) => float.IsFinite(element.GetSingle()) ? element.GetSingle() : null,
            (DataType.Float64, JsonValueKind.Number) => double.IsFinite(element.GetDouble()) ? element.GetDouble() : null,
            _ => null,
        };

    private static object? Value(NamedTensor tensor, int index)
    {
        if (tensor.Type == DataType.String)
        {
            return tensor.Texts[index];
        }

        var size = NamedTensor.SizeOf(tensor.Type);
        var data = tensor.Data.Span.Slice(index * size, size);
        return tensor.Type switch
        {
            DataType.Bool => data[0] == 1,
            DataType.Int8 => unchecked((sbyte)data[0]),
            DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(data),
            DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(data),
            DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(data),
            DataType.UInt8 => data[0],
            DataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(data),
            DataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(data),
            DataType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(data),
            DataType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(data),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(data),
        };
    }
}
