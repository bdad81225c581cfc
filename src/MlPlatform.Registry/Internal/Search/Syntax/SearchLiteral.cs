namespace MlPlatform.Registry.Internal;

/// <summary>A value of a clause.</summary>
/// <param name="Text">The text without its quotes, or the number as it was written.</param>
/// <param name="IsNumber">Whether it stood bare.</param>
/// <param name="Position">Where it stands in the text.</param>
internal sealed record SearchLiteral(string Text, bool IsNumber, int Position);
