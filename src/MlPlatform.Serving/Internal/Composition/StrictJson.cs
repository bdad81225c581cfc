using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>An object of a package's JSON file of which every member is known.</summary>
internal sealed class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };
    private readonly string file;
    private readonly JsonElement element;

    /// <param name="file">The file's path.</param>
    /// <param name="path">Where in it the object is.</param>
    /// <param name="element">The object.</param>
    /// <param name="members">The members that it may have.</param>
    /// <exception cref="InvalidModelPackageException">It is no object, or has others.</exception>
    public StrictJson(string file, string path, JsonElement element, params ReadOnlySpan<string> members)
    {
        (this.file, Path, this.element) = (file, path, element);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(string.Empty, $"is {element.ValueKind}, not an object");
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                throw Wrong($".{member.Name}", $"is unknown; known are {string.Join(", ", members.ToArray())}");
            }
        }
    }

    public string Path { get; }

    /// <exception cref="InvalidModelPackageException">The bytes are no JSON, too deep, or name a member twice.</exception>
    public static JsonDocument Parse(string file, byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException e)
        {
            throw new InvalidModelPackageException($"File '{file}' is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>A text that is there and not empty.</summary>
    public string Text(string member) =>
        Find(member, JsonValueKind.String) is { } value && value.GetString() is { Length: > 0 } text
            ? text
            : throw Wrong($".{member}", "is missing or empty");

    /// <summary>A member that is there, of any kind.</summary>
    public JsonElement Any(string member) =>
        element.TryGetProperty(member, out var value) ? value : throw Wrong($".{member}", "is missing");

    /// <summary>A member of a kind; null when it is not there.</summary>
    public JsonElement? Find(string member, JsonValueKind kind) =>
        !element.TryGetProperty(member, out var value) ? null
        : value.ValueKind == kind ? value
        : throw Wrong($".{member}", $"is {value.ValueKind}, not {kind}");

    /// <summary>A list that is there.</summary>
    public List<JsonElement> List(string member) =>
        Find(member, JsonValueKind.Array) is { } value ? [.. value.EnumerateArray()] : throw Wrong($".{member}", "is missing");

    public InvalidModelPackageException Wrong(string place, string problem) => new($"File '{file}', {Path}{place}: {problem}.");
}
