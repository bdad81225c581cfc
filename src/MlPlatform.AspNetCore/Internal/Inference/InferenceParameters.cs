using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The parameters that mean something here; others are ignored, since each server has its own, but for those that would change what an answer is.</summary>
/// <param name="Timeout">Of a request: microseconds; 0 is none.</param>
/// <param name="Priority">Of a request: 1 is the most urgent; 0 is none.</param>
/// <param name="BinaryOutput">Of a request: whether outputs come as bytes.</param>
/// <param name="BinarySize">Of an input: how many bytes behind the JSON are its own.</param>
/// <param name="Binary">Of an output: whether it comes as bytes.</param>
internal readonly record struct InferenceParameters(long? Timeout, long? Priority, bool? BinaryOutput, long? BinarySize, bool? Binary)
{
    /// <summary>Reads an object, the reader standing at its start.</summary>
    /// <exception cref="MlflowException">A value is not of the kind that it must be.</exception>
    public static InferenceParameters Read(ref Utf8JsonReader reader, object owner)
    {
        InferenceJson.Expect(ref reader, JsonTokenType.StartObject, "parameters", owner);
        var result = default(InferenceParameters);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("timeout"u8))
            {
                RefuseTwice(result.Timeout is not null, "timeout", owner);
                result = result with { Timeout = ReadCount(ref reader, "timeout", owner) };
            }
            else if (reader.ValueTextEquals("priority"u8))
            {
                RefuseTwice(result.Priority is not null, "priority", owner);
                result = result with { Priority = ReadCount(ref reader, "priority", owner) };
            }
            else if (reader.ValueTextEquals("binary_data_output"u8))
            {
                RefuseTwice(result.BinaryOutput is not null, "binary_data_output", owner);
                result = result with { BinaryOutput = ReadFlag(ref reader, "binary_data_output", owner) };
            }
            else if (reader.ValueTextEquals("binary_data_size"u8))
            {
                RefuseTwice(result.BinarySize is not null, "binary_data_size", owner);
                result = result with { BinarySize = ReadCount(ref reader, "binary_data_size", owner) };
            }
            else if (reader.ValueTextEquals("binary_data"u8))
            {
                RefuseTwice(result.Binary is not null, "binary_data", owner);
                result = result with { Binary = ReadFlag(ref reader, "binary_data", owner) };
            }
            else
            {
                Ignore(ref reader, owner);
            }
        }

        return result;
    }

    private static long ReadCount(ref Utf8JsonReader reader, string name, object owner)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0
            ? value
            : throw MlflowException.InvalidParameter($"{owner}: parameter '{name}' is not a whole number from 0.");
    }

    private static bool ReadFlag(ref Utf8JsonReader reader, string name, object owner)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? reader.TokenType == JsonTokenType.True
            : throw MlflowException.InvalidParameter($"{owner}: parameter '{name}' is neither true nor false.");
    }

    private static void RefuseTwice(bool isGiven, string name, object owner)
    {
        if (isGiven)
        {
            throw MlflowException.InvalidParameter($"{owner}: parameter '{name}' is given twice.");
        }
    }

    private static void Ignore(ref Utf8JsonReader reader, object owner)
    {
        var name = reader.GetString()!;
        InferenceLimits.RefuseExtension(name, owner);
        reader.Read();
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.Null)
        {
            throw MlflowException.InvalidParameter($"{owner}: parameter '{name}' is not a string, a number or a truth value.");
        }
    }
}
