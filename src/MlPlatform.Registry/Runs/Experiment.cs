namespace MlPlatform.Registry;

/// <summary>A named collection of runs.</summary>
/// <param name="Id">32 lower-case hexadecimal digits.</param>
/// <param name="Name">Its unique name, compared by ordinal.</param>
/// <param name="CreatedAt">When it was made, in platform time.</param>
public sealed record Experiment(string Id, string Name, DateTimeOffset CreatedAt);
