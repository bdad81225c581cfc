namespace MlPlatform.Core;

/// <summary>One move of an alias.</summary>
/// <param name="Version">The version that it shall point at.</param>
/// <param name="Alias">The alias, for example <c>champion</c>.</param>
/// <param name="Expected">The alias's tag when the decision was made; <see cref="ETag.None"/> when it did not exist.</param>
/// <param name="Reason">What led to it.</param>
public sealed record ModelPromotion(ModelVersionId Version, string Alias, ETag Expected, AliasMoveReason Reason);
