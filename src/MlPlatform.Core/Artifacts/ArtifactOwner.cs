namespace MlPlatform.Core;

/// <summary>Who points at an artifact: one row of a module.</summary>
/// <param name="Kind">The kind of owner, for example <c>modelVersion</c>, <c>run</c>, <c>stepOutput</c>.</param>
/// <param name="Id">Its id.</param>
public readonly record struct ArtifactOwner(string Kind, string Id);
