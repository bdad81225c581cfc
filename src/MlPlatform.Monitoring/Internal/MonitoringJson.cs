using System.Text.Json.Serialization;

namespace MlPlatform.Monitoring.Internal;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals
)]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(MonitorEvaluation))]
[JsonSerializable(typeof(MonitorOptions))]
[JsonSerializable(typeof(MonitorStatistic[]))]
internal sealed partial class MonitoringJson : JsonSerializerContext;
