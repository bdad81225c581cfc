namespace MlPlatform.Monitoring;

/// <summary>One category of a reference profile.</summary>
/// <param name="Name">The category.</param>
/// <param name="Hash">Its <see cref="CategoryHash"/>.</param>
/// <param name="Count">How often it occurred.</param>
public readonly record struct CategoryShare(string Name, ulong Hash, long Count);
