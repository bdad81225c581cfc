using System.Runtime.InteropServices;
using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A tensor by name, as a model takes and gives it: row-major, numbers as little-endian bytes, texts as strings.</summary>
/// <remarks>Immutable, but for the memory behind it, which the caller must leave alone while the tensor is in use.</remarks>
public sealed class NamedTensor
{
    /// <summary>A tensor of numbers or truth values.</summary>
    /// <param name="name">The model's name for it.</param>
    /// <param name="type">The element type; not <see cref="DataType.String"/>.</param>
    /// <param name="shape">Its dimensions, of which the first is the number of rows. None may be negative.</param>
    /// <param name="data">The elements, little-endian and without padding; a truth value is one byte, 0 or 1.</param>
    /// <exception cref="ArgumentException">The data has another length than shape and type say, or the type has no fixed size.</exception>
    public NamedTensor(string name, DataType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> data)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Type = type;
        Shape = shape ?? throw new ArgumentNullException(nameof(shape));
        Data = data;
        Texts = [];
        var size = SizeOf(type);
        Count = CountOf(shape);
        if (size == 0 || Count > data.Length / size || Count * size != data.Length)
        {
            throw new ArgumentException(
                size == 0
                    ? $"Tensor '{name}': {type} has no fixed size."
                    : $"Tensor '{name}' of {Count} elements of {type} takes {(decimal)Count * size} bytes; {data.Length} were given.",
                nameof(data)
            );
        }
    }

    /// <summary>A tensor of texts.</summary>
    /// <param name="name">The model's name for it.</param>
    /// <param name="shape">Its dimensions, of which the first is the number of rows. None may be negative.</param>
    /// <param name="texts">The elements.</param>
    /// <exception cref="ArgumentException">There are more or fewer texts than the shape says.</exception>
    public NamedTensor(string name, IReadOnlyList<long> shape, IReadOnlyList<string?> texts)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Type = DataType.String;
        Shape = shape ?? throw new ArgumentNullException(nameof(shape));
        Texts = texts ?? throw new ArgumentNullException(nameof(texts));
        Count = CountOf(shape);
        if (Count != texts.Count)
        {
            throw new ArgumentException($"Tensor '{name}' has {Count} elements; {texts.Count} texts were given.", nameof(texts));
        }
    }

    /// <summary>The model's name for it.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public DataType Type { get; }

    /// <summary>The dimensions.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>How many elements it has.</summary>
    public long Count { get; }

    /// <summary>The elements as little-endian bytes; empty for texts.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The elements of a tensor of texts; empty for others.</summary>
    public IReadOnlyList<string?> Texts { get; }

    /// <summary>A tensor of numbers or truth values, copied.</summary>
    /// <typeparam name="T">The type that the model takes: <c>bool</c>, an integer, <c>float</c>, <c>double</c> or <see cref="Half"/>.</typeparam>
    /// <param name="name">The model's name for it.</param>
    /// <param name="shape">Its dimensions, of which the first is the number of rows.</param>
    /// <param name="values">The elements, row by row.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than the shape says, or no tensor has such elements.</exception>
    public static NamedTensor Create<T>(string name, IReadOnlyList<long> shape, params ReadOnlySpan<T> values)
        where T : unmanaged => new(name, TypeOf<T>(), shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements, row by row.</summary>
    /// <typeparam name="T">The type of <see cref="Type"/>; <c>long</c> also for instants, as microseconds since 1970.</typeparam>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged =>
        TypeOf<T>() == Type || (typeof(T) == typeof(long) && Type == DataType.Timestamp)
            ? MemoryMarshal.Cast<byte, T>(Data.Span).ToArray()
            : throw new InvalidOperationException($"Tensor '{Name}' is of {Type}, not {typeof(T).Name}.");

    /// <summary>Bytes of an element; 0 where they differ.</summary>
    /// <param name="type">An element type.</param>
    public static int SizeOf(DataType type) =>
        type switch
        {
            DataType.Bool or DataType.Int8 or DataType.UInt8 => 1,
            DataType.Int16 or DataType.UInt16 or DataType.Float16 or DataType.BFloat16 => 2,
            DataType.Int32 or DataType.UInt32 or DataType.Float32 => 4,
            DataType.Int64 or DataType.UInt64 or DataType.Float64 or DataType.Timestamp => 8,
            DataType.Uuid => 16,
            _ => 0,
        };

    /// <summary>How many elements a shape has.</summary>
    /// <param name="shape">Dimensions.</param>
    /// <exception cref="ArgumentException">A dimension is negative, or the product does not fit into 63 bits.</exception>
    public static long CountOf(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var count = 1L;
        for (var i = 0; i < shape.Count; i++) // Not by an enumerator, which would be an object for each tensor.
        {
            var dimension = shape[i];
            if (dimension < 0)
            {
                throw new ArgumentException($"Shape [{string.Join(',', shape)}] has a negative dimension.", nameof(shape));
            }

            if (count != 0 && dimension > long.MaxValue / count)
            {
                throw new ArgumentException($"Shape [{string.Join(',', shape)}] is too large.", nameof(shape));
            }

            count *= dimension;
        }

        return count;
    }

    private static DataType TypeOf<T>() =>
        default(T) switch
        {
            bool => DataType.Bool,
            sbyte => DataType.Int8,
            short => DataType.Int16,
            int => DataType.Int32,
            long => DataType.Int64,
            byte => DataType.UInt8,
            ushort => DataType.UInt16,
            uint => DataType.UInt32,
            ulong => DataType.UInt64,
            Half => DataType.Float16,
            float => DataType.Float32,
            double => DataType.Float64,
            _ => throw new ArgumentException($"No tensor has elements of {typeof(T).Name}."),
        };
}
