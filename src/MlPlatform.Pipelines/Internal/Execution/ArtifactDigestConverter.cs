using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Digests travel between steps as their text; without this their private content would be lost.</summary>
internal sealed class ArtifactDigestConverter : JsonConverter<ArtifactDigest>
{
    public override ArtifactDigest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { Length: > 0 } text
            ? ArtifactDigest.TryParse(text, out var digest)
                ? digest
                : throw new JsonException($"'{text}' is not a digest.")
            : default;

    public override void Write(Utf8JsonWriter writer, ArtifactDigest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
