namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>What is kept of a stretch of events, so that stretches can be joined: never by taking one from another.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IFold<TSelf>
    where TSelf : struct, IFold<TSelf>
{
    /// <summary>One stretch and the one that follows it.</summary>
    static abstract TSelf Join(TSelf before, TSelf after);
}
