namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API calls a route, and generated clients a method.</summary>
/// <param name="Value">The name.</param>
/// <param name="WithPath">Whether the words of the path follow it: for routes whose path the application says.</param>
internal sealed record OperationName(string Value, bool WithPath = false);
