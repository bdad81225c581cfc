using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Reads where an alias points, with its tag.</summary>
internal sealed class AliasReader(IModelSource source, Clocks clocks)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The version and the tag; null and <see cref="ETag.None"/> when there is no such alias.</summary>
    public async Task<(int? Version, ETag Tag)> ReadAsync(string model, string alias, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await source.OpenAsync(ModelReference.ByAlias(model, alias), cancellationToken).ConfigureAwait(false);
            }
            catch (AssetNotFoundException)
            {
                return (null, ETag.None);
            }

            // The watch begins with the present state, so it says the tag at once; only an alias removed just now makes it wait.
            using var patience = new CancellationTokenSource(Patience, clocks.Work);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await foreach (var change in source.WatchAsync(model, either.Token).ConfigureAwait(false))
                {
                    if (string.Equals(change.Alias, alias, StringComparison.Ordinal))
                    {
                        return (change.Version, change.Version is null ? ETag.None : change.ETag);
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Look again.
            }
        }
    }
}
