using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The message <c>FileInfo</c>.</summary>
internal static class FileInfoMessage
{
    public static JsonObject Of(ArtifactEntry entry, ArtifactPath? folder)
    {
        var message = new JsonObject { ["path"] = folder is null ? entry.Name : $"{folder}/{entry.Name}", ["is_dir"] = entry.IsFolder };
        return entry.File is { } file ? message.With("file_size", file.Size) : message;
    }
}
