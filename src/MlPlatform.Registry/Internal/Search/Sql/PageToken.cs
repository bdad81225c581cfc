using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>The place of a page's last thing in its order.</summary>
/// <remarks>
/// Text: base64url of 16 hexadecimal digits and a JSON array of format, phase and sort values. The digits hash what the token belongs to and the array, so
/// a token of another query or a changed one is refused. It is no secret: values of a token reach SQL as parameters only.
/// </remarks>
internal sealed record PageToken(SearchPhase Phase, IReadOnlyList<object> Values)
{
    private const int Format = 1;
    private const int HashLength = 16;

    /// <param name="token">The text.</param>
    /// <param name="scope">What it must belong to.</param>
    /// <param name="terms">The terms of a phase; null when the order has no such phase.</param>
    /// <exception cref="InvalidSearchException">It belongs to something else, or was changed.</exception>
    public static PageToken Parse(string token, string scope, Func<SearchPhase, IReadOnlyList<SortTerm>?> terms)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(token);
            var body = bytes.AsMemory(Math.Min(HashLength, bytes.Length));
            if (bytes.AsSpan(0, bytes.Length - body.Length).SequenceEqual(Encoding.ASCII.GetBytes(Hash(scope, body.Span))))
            {
                using var json = JsonDocument.Parse(body);
                var items = json.RootElement.EnumerateArray().ToList();
                var phase = (SearchPhase)items[1].GetInt32();
                if (items[0].GetInt32() == Format && terms(phase) is { } known && known.Count == items.Count - 2)
                {
                    return new(phase, [.. known.Select((t, i) => Read(items[i + 2], t.Type))]);
                }
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or ArgumentException)
        {
            // Said below.
        }

        throw new InvalidSearchException("page token", 0, "it belongs to another query, or was changed.");
    }

    public string ToText(string scope)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteNumberValue(Format);
            json.WriteNumberValue((int)Phase);
            foreach (var value in Values)
            {
                switch (value)
                {
                    case string text:
                        json.WriteStringValue(text);
                        break;
                    case double number: // As bits, since infinities must survive.
                        json.WriteNumberValue(BitConverter.DoubleToInt64Bits(number));
                        break;
                    default:
                        json.WriteNumberValue((long)value);
                        break;
                }
            }

            json.WriteEndArray();
        }

        var body = buffer.WrittenSpan;
        return Base64Url.EncodeToString([.. Encoding.ASCII.GetBytes(Hash(scope, body)), .. body]);
    }

    private static object Read(JsonElement item, SearchType type) =>
        type switch
        {
            SearchType.Text => item.GetString() ?? throw new FormatException(),
            SearchType.Number => BitConverter.Int64BitsToDouble(item.GetInt64()),
            _ => item.GetInt64(),
        };

    private static string Hash(string scope, ReadOnlySpan<byte> body) =>
        ArtifactDigest.Of([.. Encoding.UTF8.GetBytes(scope), 0, .. body]).Hex[..HashLength];
}
