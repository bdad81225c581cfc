using System.Text.Json;

namespace EndToEnd.Tests;

internal static class JsonText
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
