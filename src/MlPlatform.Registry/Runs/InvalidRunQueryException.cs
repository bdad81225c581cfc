using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A filter, an order or a page token cannot be understood.</summary>
public sealed class InvalidRunQueryException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="position">Where, counted from 0.</param>
    /// <param name="message">What was found and what was expected.</param>
    public InvalidRunQueryException(int position, string message)
        : base($"Position {position}: {message}") => Position = position;

    /// <summary>Where in the text, counted from 0.</summary>
    public int Position { get; }
}
