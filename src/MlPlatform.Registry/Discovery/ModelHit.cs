namespace MlPlatform.Registry;

/// <summary>A model that was found by words.</summary>
/// <param name="Model">The model.</param>
/// <param name="Score">
/// The sum over the words of the weight of the best field (name 8, owner and tag 4, column 3, description 1) times ln(1 + N / n), for N models of
/// which n hold the word. To compare hits of one search only.
/// </param>
public sealed record ModelHit(RegisteredModel Model, double Score)
{
    /// <summary>Where the words were found: <c>name</c>, <c>owner</c>, <c>tag</c>, <c>column</c>, <c>description</c>.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>The versions in which words were found, newest first; empty when the model itself holds them all.</summary>
    public IReadOnlyList<int> Versions { get; init; } = [];
}
