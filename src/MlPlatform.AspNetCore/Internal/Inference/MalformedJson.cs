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
        var at = (int)position;
        for (; line > 0; line--)
        {
            at += json[(at - (int)position)..].IndexOf((byte)'\n') + 1;
        }

        if (at >= json.Length)
        {
            return $"it ends before it is complete, at {place}.";
        }

        var found = json[at];
        return found switch
        {
            (byte)'[' or (byte)'{' => $"at {place}, nothing may begin, or it is more than {InferenceJson.Options.MaxDepth} deep.",
            (byte)']' or (byte)'}' when json[..at].TrimEnd(" \t\r\n"u8).EndsWith(","u8) =>
                $"the comma before the '{(char)found}' at {place} is one too many.",
            > 32 and < 127 => $"'{(char)found}' may not stand at {place}.",
            _ => $"what stands at {place} may not.",
        };
    }
}
