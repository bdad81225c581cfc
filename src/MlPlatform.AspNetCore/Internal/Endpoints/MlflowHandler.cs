using System.Text.Json.Nodes;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Answers a message with a message.</summary>
internal delegate Task<JsonObject> MlflowHandler(MlflowRequest request);
