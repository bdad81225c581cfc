using System.Text.Json.Serialization;

namespace MlPlatform.Registry.Mlflow.Internal;

[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(Announcement))]
internal sealed partial class AnnouncementJson : JsonSerializerContext;
