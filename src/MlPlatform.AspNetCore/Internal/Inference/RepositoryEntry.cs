namespace MlPlatform.AspNetCore.Internal;

/// <summary>One line of the index.</summary>
internal readonly record struct RepositoryEntry(string Name, string Version, string State, string Reason);
