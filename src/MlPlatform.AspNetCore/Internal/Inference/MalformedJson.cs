using System.Globalization;
using System.Text.Json;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Tells where a body stops to be JSON. The reader's own words are about its options.</summary>
internal static class MalformedJson
{
    public static MlflowException Refuse(Exception exception, ReadOnlySpan<byte> json) =>
        MlflowException.InvalidParameter("The body is not valid JSON: " + Describe(exception, json));

    private static string Describe(Exception exception, ReadOnlySpan<byte> json)
    {
        if (exception is not JsonException { LineNumber: { } line, BytePositionInLine: { } position })
        {
            return "a member is given twice, or a text is not valid Unicode.";
        }

        var place = string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {position + 1}");
        for (; line > 0; line--)
        {
            json = json[(json.IndexOf((byte)'\n') + 1)..];
        }

        return position >= json.Length ? $"it ends before it is complete, at {place}."
            : json[(int)position] is (byte)'[' or (byte)'{'
                ? $"at {place}, nothing may begin, or it is more than {InferenceJson.Options.MaxDepth} deep."
            : json[(int)position] is > 32 and < 127 ? $"'{(char)json[(int)position]}' may not stand at {place}."
            : $"what stands at {place} may not.";
    }
}
