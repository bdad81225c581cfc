namespace MlPlatform.Registry;

/// <summary>Finds models by words, for people who do not know a model's name.</summary>
/// <remarks>Thread-safe. What a transaction changed is found when it has committed.</remarks>
public interface IModelDiscovery
{
    /// <summary>
    /// The models in which every word of a text occurs, or a longer word that begins with it: in names, owners, tags, descriptions of models and
    /// versions, and columns of signatures. Case does not matter.
    /// </summary>
    /// <param name="text">Words, at most 10 of them count; signs between them do not.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The best first: rare words and words in names weigh most, as in <see cref="ModelHit.Score"/>. Empty when the text has no word.</returns>
    Task<IReadOnlyList<ModelHit>> FindAsync(string text, int limit = 20, CancellationToken cancellationToken = default);
}
