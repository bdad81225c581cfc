using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads the inputs of one request, whose members come in any order.</summary>
internal readonly struct TensorReader(ReadOnlyMemory<byte> body, int? jsonLength, int maximumBytes, InferenceMemory memory)
{
    private readonly ReadOnlyMemory<byte> json = body[..(jsonLength ?? body.Length)];

    /// <summary>Reads an input, the reader standing at its start.</summary>
    public TensorDraft Read(ref Utf8JsonReader reader)
    {
        var draft = memory.Begin();
        InferenceJson.ExpectObject(ref reader, draft);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                InferenceJson.Once(draft.Data is null && draft.Tensor is null, "data", draft);
                reader.Read();
                ReadData(ref reader, draft);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                InferenceJson.Once(draft.Name is null, "name", draft);
                draft.Name = InferenceJson.ReadText(ref reader, "name", draft);
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                InferenceJson.Once(draft.Shape is null, "shape", draft);
                reader.Read();
                draft.Shape = TensorShape.Read(ref reader, draft);
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                InferenceJson.Once(draft.Type is null, "datatype", draft);
                draft.Type = Datatypes.Read(ref reader, draft);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                InferenceJson.Once(draft.Parameters is null, "parameters", draft);
                reader.Read();
                draft.Parameters = InferenceParameters.Read(ref reader, draft);
            }
            else
            {
                reader.Skip();
            }
        }

        Check(draft);
        return draft;
    }

    /// <summary>Reads what had to wait, and the bytes behind the JSON.</summary>
    public NamedTensor[] Complete()
    {
        var drafts = memory.Begun;
        var tensors = new NamedTensor[drafts.Length];
        var rest = body[json.Length..];
        for (var i = 0; i < tensors.Length; i++)
        {
            var draft = drafts[i];
            tensors[i] = draft.Tensor ?? (draft.Data is { } range ? ReadKept(draft, range) : ReadBinary(draft, ref rest));
        }

        return rest.IsEmpty
            ? tensors
            : throw MlflowException.InvalidParameter($"{rest.Length} bytes follow those that the inputs say they have.");
    }

    private static void Check(TensorDraft draft)
    {
        var missing =
            draft.Name is null ? "name"
            : draft.Shape is null ? "shape"
            : draft.Type is null ? "datatype"
            : null;
        if (missing is not null)
        {
            throw MlflowException.InvalidParameter($"{draft} has no '{missing}'.");
        }

        var hasData = draft.Data is not null || draft.Tensor is not null;
        if (hasData == draft.Parameters?.BinarySize is not null)
        {
            throw MlflowException.InvalidParameter(
                hasData
                    ? $"{draft} has 'data' as well as 'binary_data_size'."
                    : $"{draft} has neither 'data' nor the parameter 'binary_data_size'."
            );
        }
    }

    private void ReadData(ref Utf8JsonReader reader, TensorDraft draft)
    {
        if (draft is { Name: { } name, Type: { } type, Shape: { } shape })
        {
            draft.Tensor = ReadJson(ref reader, name, type, shape, draft);
            return;
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        draft.Data = start..(int)reader.BytesConsumed;
    }

    private NamedTensor ReadKept(TensorDraft draft, Range range)
    {
        var reader = new Utf8JsonReader(json.Span[range], InferenceJson.Options);
        reader.Read();
        return ReadJson(ref reader, draft.Name!, draft.Type!.Value, draft.Shape!, draft);
    }

    private NamedTensor ReadJson(ref Utf8JsonReader reader, string name, DataType type, long[] shape, TensorDraft owner)
    {
        if (type is DataType.Float16 or DataType.BFloat16)
        {
            throw MlflowException.InvalidParameter($"{owner}: {Datatypes.NameOf(type)} has no JSON form; send it as a binary tensor.");
        }

        // Two characters is the least that an element but the last takes, so that memory is never more than a few times the body.
        var count = TensorShape.CountOf(shape, type, maximumBytes, owner);
        if (count > (json.Length + 1) / 2)
        {
            throw MlflowException.InvalidParameter($"{owner}: 'data' has fewer elements than its shape, which has {count}.");
        }

        if (type == DataType.String)
        {
            var texts = new string?[count];
            JsonTensorData.ReadTexts(ref reader, shape, texts, owner);
            return new(name, shape, texts);
        }

        var data = memory.Rent(count * NamedTensor.SizeOf(type));
        JsonTensorData.ReadNumbers(ref reader, type, shape, data.Span, owner);
        return new(name, type, shape, data);
    }

    private NamedTensor ReadBinary(TensorDraft draft, ref ReadOnlyMemory<byte> rest)
    {
        var size = draft.Parameters!.Value.BinarySize!.Value;
        if (jsonLength is null)
        {
            throw MlflowException.InvalidParameter($"{draft} comes as bytes, and the header {InferenceHeaders.JsonLength} is missing.");
        }

        if (size > rest.Length)
        {
            throw MlflowException.InvalidParameter($"{draft} has {size} bytes by its own account; {rest.Length} are left of the body.");
        }

        var (type, shape) = (draft.Type!.Value, draft.Shape!);
        var count = TensorShape.CountOf(shape, type, maximumBytes, draft);
        var data = rest[..(int)size];
        rest = rest[(int)size..];
        return BinaryTensorData.Read(draft.Name!, type, shape, count, data, draft);
    }
}
