namespace MlPlatform.AspNetCore.Internal;

/// <summary>The content types of a body that may be another than JSON.</summary>
internal sealed record RequestFormats(params IReadOnlyList<string> MediaTypes);
