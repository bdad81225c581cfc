using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The file that says which function a version is: <c>{"function": "clean"}</c>.</summary>
internal static class FunctionFile
{
    public const string Path = "function.json";

    public static byte[] Write(string function) => CanonicalJson.Serialize(new JsonObject { ["function"] = function });

    /// <exception cref="InvalidModelPackageException">It is no such file.</exception>
    public static string Read(byte[] bytes)
    {
        using var file = StrictJson.Parse(Path, bytes);
        return new StrictJson(Path, "$", file.RootElement, "function").Text("function");
    }
}
