namespace MlPlatform.AspNetCore;

/// <summary>The body of an answer of <c>MapPredict</c>.</summary>
/// <remarks>Public for clients in .NET, and for the JSON context of a host without reflection: <c>[JsonSerializable(typeof(PredictionReply&lt;LateFlight&gt;))]</c>.</remarks>
/// <typeparam name="TOut">The answer's type.</typeparam>
/// <param name="Value">The answer.</param>
/// <param name="ModelVersion">The version that gave it, <c>name@v3</c>.</param>
/// <param name="Route">Which way the request went: <c>primary</c> or <c>canary</c>.</param>
/// <param name="PredictionId">What a later label refers to: 32 hexadecimal digits.</param>
public sealed record PredictionReply<TOut>(TOut Value, string ModelVersion, string Route, string PredictionId);
