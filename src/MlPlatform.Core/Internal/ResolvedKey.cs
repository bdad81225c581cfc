namespace MlPlatform.Core.Internal;

/// <summary>A configuration key in force.</summary>
internal sealed record ResolvedKey(string Key, string? Hash, bool IsDefault, string Source);
