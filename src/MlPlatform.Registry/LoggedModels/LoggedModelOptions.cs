using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>What may be said about a logged model when it is made.</summary>
public sealed record LoggedModelOptions
{
    /// <summary>Its id, for an importer: <c>m-</c> and 32 lower-case hexadecimal digits. Default: a new one.</summary>
    public string? Id { get; init; }

    /// <summary>Its name, up to 500 characters. Default: made from the id.</summary>
    public string? Name { get; init; }

    /// <summary>What kind of model it is, up to 500 characters.</summary>
    public string? ModelType { get; init; }

    /// <summary>The run that makes it.</summary>
    public RunId? SourceRunId { get; init; }

    /// <summary>Parameters.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
