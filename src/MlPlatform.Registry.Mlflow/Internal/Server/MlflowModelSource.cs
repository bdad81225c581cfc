using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Models of the server by alias or version, with their files as packages.</summary>
internal sealed class MlflowModelSource(
    MlflowClient client,
    MlflowPackages packages,
    IModelRegistry registry,
    IChangeFeed changes,
    Clocks clocks,
    IOptions<MlflowOptions> options,
    ILogger<MlflowModelSource> logger
) : IModelSource
{
    public async Task<OpenedModel> OpenAsync(ModelReference reference, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var id = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var reply = await client.SendAsync(MlflowCalls.GetVersion(id), cancellationToken).ConfigureAwait(false);
        return new(id, await packages.OpenAsync(reply.ModelVersion!, cancellationToken).ConfigureAwait(false));
    }

    /// <remarks>The server tells nobody of its moves: it is asked again and again, and at once after a move through this platform.</remarks>
    public async IAsyncEnumerable<ModelChange> WatchAsync(
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var mark = changes.Mark(ChangeTopics.Models); // Before the read: a move in between ends the wait at once.
            if (await TryReadAsync(name, cancellationToken).ConfigureAwait(false) is { } aliases)
            {
                foreach (var alias in aliases.Where(a => !seen.TryGetValue(a.Alias, out var before) || before != a.Version))
                {
                    int? previous = seen.TryGetValue(alias.Alias, out var old) ? old : null;
                    seen[alias.Alias] = alias.Version;
                    yield return new(name, alias.Alias, alias.Version, previous, alias.ETag);
                }

                foreach (var (gone, last) in seen.Where(s => aliases.All(a => a.Alias != s.Key)).ToList())
                {
                    seen.Remove(gone);
                    yield return new(name, gone, null, last, ETag.None);
                }
            }

            await WaitAsync(mark, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The aliases; null while the server does not answer, since those who follow an alias go on with what they have.</summary>
    private async Task<IReadOnlyList<ModelAlias>?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.ListAliasesAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StorageUnavailableException or MlflowServerException)
        {
            Log.NotPolled(logger, name, e.Message);
            return null;
        }
    }

    private async Task WaitAsync(long mark, CancellationToken cancellationToken)
    {
        using var first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var change = changes.WaitAsync(ChangeTopics.Models, mark, first.Token);
        var time = Task.Delay(options.Value.PollInterval, clocks.Work, first.Token);
        await Task.WhenAny(change, time).ConfigureAwait(false);
        await first.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(change, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<ModelVersionId> ResolveAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        if (reference.Version is { } version)
        {
            return new(reference.Name, version);
        }

        var alias =
            await registry.GetAliasAsync(reference.Name, reference.Alias!, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(
                new(AssetKind.Alias, reference.ToString()),
                "Point the alias at a registered version on the MLflow server first."
            );
        return alias.VersionId;
    }
}
