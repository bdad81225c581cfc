using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Walks the protobuf of an ONNX model before the native library sees it.</summary>
/// <remarks>
/// Refuses truncated messages; tensors whose data lies outside the bytes: the library would open such paths relative to the working
/// directory, or take them for memory addresses; and inputs and outputs with a dimension of more than 31 bits, which the library for .NET would cut off. Only what
/// can hold one of these is walked.
/// </remarks>
internal static class OnnxInspector
{
    private const int MaxDepth = 64;

    private enum Kind
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
        Function,
        Value,
        Type,
        TensorType,
        Shape,
        Dimension,
        Leaf,
    }

    /// <exception cref="InvalidModelPackageException">The bytes are malformed or refer to other files.</exception>
    public static void Check(ReadOnlySpan<byte> model)
    {
        if (model.IsEmpty)
        {
            throw new InvalidModelPackageException("The ONNX model is empty.");
        }
        var graphs = Walk(model, Kind.Model, 0);
        if (graphs == 0)
        {
            throw new InvalidModelPackageException("The file is not an ONNX model: it has no graph.");
        }
    }

    private static int Walk(ReadOnlySpan<byte> message, Kind kind, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidModelPackageException($"The ONNX model nests graphs deeper than {MaxDepth}.");
        }
        var graphs = 0;
        while (!message.IsEmpty)
        {
            var tag = ReadVarint(ref message);
            var field = tag >> 3;
            switch (tag & 7)
            {
                case 0:
                    var value = ReadVarint(ref message);
                    if (kind == Kind.Tensor && field == 14 && value != 0)
                    {
                        throw External();
                    }
                    if (kind == Kind.Dimension && field == 1 && (long)value > int.MaxValue)
                    {
                        throw new InvalidModelPackageException(
                            $"The ONNX model has a dimension of {value}; at most {int.MaxValue} can be served."
                        );
                    }
                    break;
                case 1:
                    Take(ref message, 8);
                    break;
                case 5:
                    Take(ref message, 4);
                    break;
                case 2:
                    var body = Take(ref message, ReadVarint(ref message));
                    if (kind == Kind.Tensor && field == 13)
                    {
                        throw External();
                    }
                    var child = ChildOf(kind, field);
                    if (child != Kind.Leaf)
                    {
                        graphs += child == Kind.Graph ? 1 : 0;
                        Walk(body, child, depth + 1);
                    }
                    break;
                default:
                    throw Malformed();
            }
        }
        return graphs;
    }

    private static Kind ChildOf(Kind kind, ulong field) =>
        (kind, field) switch
        {
            (Kind.Model, 7) => Kind.Graph,
            (Kind.Model, 25) => Kind.Function,
            (Kind.Graph, 1) or (Kind.Function, 7) => Kind.Node,
            (Kind.Graph, 5) => Kind.Tensor,
            (Kind.Graph, 15) => Kind.SparseTensor,
            (Kind.Graph, 11 or 12) => Kind.Value,
            (Kind.Value, 2) => Kind.Type,
            (Kind.Type, 1) => Kind.TensorType,
            (Kind.TensorType, 2) => Kind.Shape,
            (Kind.Shape, 1) => Kind.Dimension,
            (Kind.SparseTensor, 1 or 2) => Kind.Tensor,
            (Kind.Node, 5) or (Kind.Function, 11) => Kind.Attribute,
            (Kind.Attribute, 5 or 10) => Kind.Tensor,
            (Kind.Attribute, 6 or 11) => Kind.Graph,
            (Kind.Attribute, 22 or 23) => Kind.SparseTensor,
            _ => Kind.Leaf,
        };

    private static ulong ReadVarint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (var i = 0; i < 10 && i < message.Length; i++)
        {
            value |= (ulong)(message[i] & 0x7f) << (7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return value;
            }
        }
        throw Malformed();
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> message, ulong length)
    {
        if (length > (ulong)message.Length)
        {
            throw Malformed();
        }
        var taken = message[..(int)length];
        message = message[(int)length..];
        return taken;
    }

    private static InvalidModelPackageException Malformed() =>
        new("The file is not a well-formed ONNX model: its protobuf is cut off or damaged.");

    private static InvalidModelPackageException External() =>
        new("The ONNX model keeps tensors in other files (external data). Save it with all data inside one file.");
}
