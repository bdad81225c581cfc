using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads the JSON of a request and the bytes behind it.</summary>
internal static class InferenceRequestReader
{
    private const string Request = "The request";

    /// <param name="body">The whole body.</param>
    /// <param name="jsonLength">How much of it is JSON; null when all is, and no input may come as bytes.</param>
    /// <param name="maximumBytes">The largest tensor.</param>
    /// <param name="memory">Takes the memory that is rented for tensors.</param>
    /// <exception cref="MlflowException">The request is malformed.</exception>
    public static InferenceRequest Read(ReadOnlyMemory<byte> body, int? jsonLength, int maximumBytes, InferenceMemory memory)
    {
        if (jsonLength > body.Length)
        {
            throw MlflowException.InvalidParameter($"The header says that {jsonLength} bytes are JSON; the body has {body.Length}.");
        }

        try
        {
            return Read(body[..(jsonLength ?? body.Length)], new TensorReader(body, jsonLength, maximumBytes, memory), memory);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second comes from texts that are not valid UTF-8 or hold half of a surrogate pair.
            throw MalformedJson.Refuse(e, body.Span[..(jsonLength ?? body.Length)]);
        }
    }

    private static InferenceRequest Read(ReadOnlyMemory<byte> json, TensorReader tensors, InferenceMemory memory)
    {
        var reader = new Utf8JsonReader(json.Span, InferenceJson.Options);
        reader.Read();
        InferenceJson.ExpectObject(ref reader, "The body");
        string? id = null;
        InferenceParameters? parameters = null;
        var hasInputs = false;
        List<RequestedOutput>? outputs = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("inputs"u8))
            {
                InferenceJson.Once(!hasInputs, "inputs", Request);
                hasInputs = true;
                reader.Read();
                ReadInputs(ref reader, tensors, memory);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                InferenceJson.Once(outputs is null, "outputs", Request);
                reader.Read();
                outputs = ReadOutputs(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                InferenceJson.Once(id is null, "id", Request);
                id = InferenceJson.ReadText(ref reader, "id", Request);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                InferenceJson.Once(parameters is null, "parameters", Request);
                reader.Read();
                parameters = InferenceParameters.Read(ref reader, Request);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read(); // Refuses what follows.
        if (!hasInputs)
        {
            throw MlflowException.InvalidParameter("The request has no 'inputs'.");
        }

        return new()
        {
            Id = id,
            Timeout = parameters?.Timeout ?? 0,
            Priority = parameters?.Priority ?? 0,
            BinaryOutput = parameters?.BinaryOutput ?? false,
            Inputs = tensors.Complete(),
            Outputs = outputs is null ? [] : outputs,
        };
    }

    private static void ReadInputs(ref Utf8JsonReader reader, TensorReader tensors, InferenceMemory memory)
    {
        InferenceJson.Expect(ref reader, JsonTokenType.StartArray, "inputs", Request);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var draft = tensors.Read(ref reader);
            var inputs = memory.Begun;
            foreach (var other in inputs[..^1])
            {
                InferenceLimits.RefuseTwins(other.Name, draft.Name, "Input");
            }

            InferenceLimits.RefuseMany(inputs.Length, "inputs");
        }
    }

    private static List<RequestedOutput> ReadOutputs(ref Utf8JsonReader reader)
    {
        InferenceJson.Expect(ref reader, JsonTokenType.StartArray, "outputs", Request);
        var outputs = new List<RequestedOutput>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var output = ReadOutput(ref reader, outputs.Count);
            foreach (var other in outputs)
            {
                InferenceLimits.RefuseTwins(other.Name, output.Name, "Output");
            }

            outputs.Add(output);
            InferenceLimits.RefuseMany(outputs.Count, "outputs");
        }

        return outputs;
    }

    private static RequestedOutput ReadOutput(ref Utf8JsonReader reader, int index)
    {
        var owner = $"Output {index}";
        InferenceJson.ExpectObject(ref reader, owner);
        string? name = null;
        InferenceParameters? parameters = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                InferenceJson.Once(name is null, "name", owner);
                name = InferenceJson.ReadText(ref reader, "name", owner);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                InferenceJson.Once(parameters is null, "parameters", owner);
                reader.Read();
                parameters = InferenceParameters.Read(ref reader, owner);
            }
            else
            {
                reader.Skip();
            }
        }

        return new(name ?? throw MlflowException.InvalidParameter($"{owner} has no 'name'."), parameters?.Binary);
    }
}
