using System.Text.Json;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Outputs as JSON; a gate's result in its own canonical form.</summary>
internal static class StepJson
{
    public static byte[] Write<T>(T value, JsonSerializerOptions json) => JsonSerializer.SerializeToUtf8Bytes(value, json);

    public static T Read<T>(byte[] bytes, JsonSerializerOptions json) =>
        typeof(T) == typeof(GateResult) ? (T)(object)GateResult.FromBytes(bytes) : JsonSerializer.Deserialize<T>(bytes, json)!;
}
