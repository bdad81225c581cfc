using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlPlatform.Registry.Internal;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(RunProvenance))]
internal sealed partial class RegistryJson : JsonSerializerContext
{
    public static string WriteTags(IReadOnlyDictionary<string, string> tags) =>
        JsonSerializer.Serialize(tags, Default.IReadOnlyDictionaryStringString);

    public static IReadOnlyDictionary<string, string> ReadTags(string json) =>
        JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringString)!;
}
