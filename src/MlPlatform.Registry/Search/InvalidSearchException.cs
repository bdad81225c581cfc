using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A filter, an order or a page token of a search cannot be understood.</summary>
public sealed class InvalidSearchException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="part">Which part of the search: <c>filter</c>, <c>order</c>, <c>page token</c>, or <c>scope</c> for experiments and datasets.</param>
    /// <param name="position">Where in its text, counted from 0.</param>
    /// <param name="message">What was found and what was expected.</param>
    public InvalidSearchException(string part, int position, string message)
        : base($"The {part} is not understood at position {position}: {message}")
    {
        Part = part;
        Position = position;
    }

    /// <summary>Which part of the search: <c>filter</c>, <c>order</c>, <c>page token</c>, or <c>scope</c> for experiments and datasets.</summary>
    public string Part { get; }

    /// <summary>Where in the text of that part, counted from 0. Of several orders each has its own text.</summary>
    public int Position { get; }
}
