namespace MlPlatform.AspNetCore.Internal;

/// <summary>An output that a request lists.</summary>
/// <param name="Name">The output.</param>
/// <param name="Binary">Whether as bytes; null as the request says for all.</param>
internal readonly record struct RequestedOutput(string Name, bool? Binary);
