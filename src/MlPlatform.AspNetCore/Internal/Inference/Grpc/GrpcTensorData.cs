using System.Numerics;
using System.Runtime.InteropServices;
using MlPlatform.AspNetCore.Internal.InferenceProtocol;
using MlPlatform.Serving;
using DataType = MlPlatform.Core.DataType;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Tensors that came in the lists that the protocol has for each kind of element.</summary>
internal static class GrpcTensorData
{
    /// <exception cref="MlflowException">The elements lie in another list, are more or fewer, or do not fit their type.</exception>
    public static NamedTensor Read(string name, DataType type, long[] shape, int count, InferTensorContents? contents, string owner)
    {
        contents ??= new();
        if (ListOf(type) is not { } list)
        {
            throw MlflowException.InvalidParameter(
                $"{owner}: {Datatypes.NameOf(type)} has no list of its own; send it as raw_input_contents."
            );
        }

        var given = LengthOf(contents, list);
        if (given != count || LengthOfAll(contents) != given)
        {
            throw MlflowException.InvalidParameter(
                $"{owner}: {count} elements of {Datatypes.NameOf(type)} go into '{list}' and no other list; it has {given} of {LengthOfAll(contents)} elements."
            );
        }

        return type switch
        {
            DataType.String => new(name, shape, BinaryTensorData.ReadTexts([.. contents.BytesContents.Select(b => b.Memory)], owner)),
            DataType.Bool => NamedTensor.Create<bool>(name, shape, [.. contents.BoolContents]),
            DataType.Int8 => NamedTensor.Create<sbyte>(name, shape, Narrow<int, sbyte>(contents.IntContents, type, owner)),
            DataType.Int16 => NamedTensor.Create<short>(name, shape, Narrow<int, short>(contents.IntContents, type, owner)),
            DataType.Int32 => NamedTensor.Create<int>(name, shape, [.. contents.IntContents]),
            DataType.Int64 => NamedTensor.Create<long>(name, shape, [.. contents.Int64Contents]),
            DataType.UInt8 => NamedTensor.Create<byte>(name, shape, Narrow<uint, byte>(contents.UintContents, type, owner)),
            DataType.UInt16 => NamedTensor.Create<ushort>(name, shape, Narrow<uint, ushort>(contents.UintContents, type, owner)),
            DataType.UInt32 => NamedTensor.Create<uint>(name, shape, [.. contents.UintContents]),
            DataType.UInt64 => NamedTensor.Create<ulong>(name, shape, [.. contents.Uint64Contents]),
            DataType.Float32 => NamedTensor.Create<float>(name, shape, [.. contents.Fp32Contents]),
            _ => NamedTensor.Create<double>(name, shape, [.. contents.Fp64Contents]),
        };
    }

    /// <summary>Whether a type has a list.</summary>
    public static bool Holds(DataType type) => ListOf(type) is not null;

    public static InferTensorContents Write(NamedTensor tensor)
    {
        var result = new InferTensorContents();
        var data = tensor.Data.Span;
        switch (tensor.Type)
        {
            case DataType.Bool:
                result.BoolContents.AddRange(tensor.ToArray<bool>());
                break;
            case DataType.Int8:
                result.IntContents.AddRange(tensor.ToArray<sbyte>().Select(v => (int)v));
                break;
            case DataType.Int16:
                result.IntContents.AddRange(tensor.ToArray<short>().Select(v => (int)v));
                break;
            case DataType.Int32:
                result.IntContents.AddRange(MemoryMarshal.Cast<byte, int>(data).ToArray());
                break;
            case DataType.Int64 or DataType.Timestamp:
                result.Int64Contents.AddRange(MemoryMarshal.Cast<byte, long>(data).ToArray());
                break;
            case DataType.UInt8:
                result.UintContents.AddRange(data.ToArray().Select(v => (uint)v));
                break;
            case DataType.UInt16:
                result.UintContents.AddRange(tensor.ToArray<ushort>().Select(v => (uint)v));
                break;
            case DataType.UInt32:
                result.UintContents.AddRange(tensor.ToArray<uint>());
                break;
            case DataType.UInt64:
                result.Uint64Contents.AddRange(tensor.ToArray<ulong>());
                break;
            case DataType.Float32:
                result.Fp32Contents.AddRange(tensor.ToArray<float>());
                break;
            case DataType.Float64:
                result.Fp64Contents.AddRange(tensor.ToArray<double>());
                break;
            default:
                // The protocol has no null.
                result.BytesContents.AddRange(tensor.Texts.Select(t => Google.Protobuf.ByteString.CopyFromUtf8(t ?? string.Empty)));
                break;
        }

        return result;
    }

    private static string? ListOf(DataType type) =>
        type switch
        {
            DataType.Bool => "bool_contents",
            DataType.Int8 or DataType.Int16 or DataType.Int32 => "int_contents",
            DataType.Int64 or DataType.Timestamp => "int64_contents",
            DataType.UInt8 or DataType.UInt16 or DataType.UInt32 => "uint_contents",
            DataType.UInt64 => "uint64_contents",
            DataType.Float32 => "fp32_contents",
            DataType.Float64 => "fp64_contents",
            DataType.String => "bytes_contents",
            _ => null,
        };

    private static long LengthOf(InferTensorContents contents, string list) =>
        list switch
        {
            "bool_contents" => contents.BoolContents.Count,
            "int_contents" => contents.IntContents.Count,
            "int64_contents" => contents.Int64Contents.Count,
            "uint_contents" => contents.UintContents.Count,
            "uint64_contents" => contents.Uint64Contents.Count,
            "fp32_contents" => contents.Fp32Contents.Count,
            "fp64_contents" => contents.Fp64Contents.Count,
            _ => contents.BytesContents.Count,
        };

    private static long LengthOfAll(InferTensorContents contents) =>
        (long)contents.BoolContents.Count
        + contents.IntContents.Count
        + contents.Int64Contents.Count
        + contents.UintContents.Count
        + contents.Uint64Contents.Count
        + contents.Fp32Contents.Count
        + contents.Fp64Contents.Count
        + contents.BytesContents.Count;

    private static TNarrow[] Narrow<TWide, TNarrow>(IReadOnlyList<TWide> values, DataType type, string owner)
        where TWide : struct, INumber<TWide>
        where TNarrow : struct, INumber<TNarrow>
    {
        var result = new TNarrow[values.Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = TNarrow.CreateTruncating(values[i]);
            if (TWide.CreateTruncating(result[i]) != values[i])
            {
                throw MlflowException.InvalidParameter($"{owner}: element {i}, '{values[i]}', is not a value of {Datatypes.NameOf(type)}.");
            }
        }

        return result;
    }
}
