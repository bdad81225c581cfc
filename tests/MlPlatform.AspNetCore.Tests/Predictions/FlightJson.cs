using System.Text.Json.Serialization;

namespace MlPlatform.AspNetCore.Tests;

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Flight))]
[JsonSerializable(typeof(PredictionReply<LateFlight>))]
internal sealed partial class FlightJson : JsonSerializerContext;
