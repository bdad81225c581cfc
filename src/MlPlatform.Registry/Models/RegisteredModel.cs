namespace MlPlatform.Registry;

/// <summary>A registered model: a name that versions and aliases hang on.</summary>
/// <param name="Name">Its name, compared by ordinal.</param>
/// <param name="CreatedAt">When its first version was registered, in platform time.</param>
/// <param name="LatestVersion">The highest version number.</param>
public sealed record RegisteredModel(string Name, DateTimeOffset CreatedAt, int LatestVersion);
