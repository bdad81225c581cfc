using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace MlPlatform.AspNetCore.Internal;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class MlflowJson : JsonSerializerContext;
