namespace MlPlatform.Core;

/// <summary>That somebody uses an asset, and said so.</summary>
/// <param name="Asset">What is used: a model, a feature service, a view; without a version.</param>
/// <param name="Consumer">Who uses it.</param>
/// <param name="Purpose">What for, in a few words, for example <c>predict</c> or <c>monthly report</c>.</param>
/// <param name="IsActuating">Whether the consumer acts on it by itself, without a person in between.</param>
/// <param name="At">When it was first declared in this form, platform time.</param>
public sealed record ConsumerDeclaration(AssetRef Asset, Actor Consumer, string Purpose, bool IsActuating, DateTimeOffset At);
