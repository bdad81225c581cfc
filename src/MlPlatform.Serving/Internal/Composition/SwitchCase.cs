namespace MlPlatform.Serving.Internal;

/// <summary>What a switch compares with.</summary>
/// <param name="Text">A text; null for a number.</param>
/// <param name="Number">The number, if there is no text.</param>
internal readonly record struct SwitchCase(string? Text, double Number);
