namespace MlPlatform.Core;

/// <summary>A model version and its package.</summary>
/// <param name="Id">Which version.</param>
/// <param name="Package">Its content, verified as it is read.</param>
public sealed record OpenedModel(ModelVersionId Id, ModelPackage Package);
