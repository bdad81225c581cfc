using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reading single values of a request, with refusals that say where.</summary>
/// <remarks>An owner becomes text only when it is mentioned.</remarks>
internal static class InferenceJson
{
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    public static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string member, object owner)
    {
        if (reader.TokenType != type)
        {
            var expected = type switch
            {
                JsonTokenType.StartObject => "an object",
                JsonTokenType.StartArray => "an array",
                _ => "a string",
            };
            throw MlflowException.InvalidParameter($"{owner}: '{member}' is not {expected}.");
        }
    }

    /// <summary>Expects that the owner itself is an object.</summary>
    public static void ExpectObject(ref Utf8JsonReader reader, object owner)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw MlflowException.InvalidParameter($"{owner} is not an object.");
        }
    }

    public static string ReadText(ref Utf8JsonReader reader, string member, object owner)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.String, member, owner);
        return reader.GetString()!;
    }

    /// <summary>Refuses a member that came before: which of the two is meant nobody knows.</summary>
    public static void Once(bool isFirst, string member, object owner)
    {
        if (!isFirst)
        {
            throw MlflowException.InvalidParameter($"{owner}: '{member}' is given twice.");
        }
    }
}
