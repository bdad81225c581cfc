using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ArtifactTrees
{
    private const int LargestPage = 10_000;

    public Task<ArtifactTree?> FindTreeAsync(ArtifactTreeId tree, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return database.ReadAsync(connection => FindTreeAsync(connection, null, tree), cancellationToken);
    }

    public Task<IReadOnlyList<ArtifactFile>> ListFilesAsync(
        ArtifactTreeId tree,
        ArtifactPath? folder = null,
        string? after = null,
        int limit = 1000,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tree);
        CheckLimit(limit);
        var scope = new ArtifactScope(tree, folder);
        return database.ReadAsync<IReadOnlyList<ArtifactFile>>(
            async connection => await ReadAsync(connection, scope, scope.AtOrBelow, after, limit, cancellationToken).ConfigureAwait(false),
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<ArtifactEntry>> ListFolderAsync(
        ArtifactTreeId tree,
        ArtifactPath? folder = null,
        string? after = null,
        int limit = 1000,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tree);
        CheckLimit(limit);
        var scope = new ArtifactScope(tree, folder);
        var entries = new SortedDictionary<string, ArtifactEntry>(StringComparer.Ordinal);
        string? last = null;

        // A page of paths at a time, and no longer read than a page. Names are not in the order of paths ("a.b" comes before "a/b", "a" before
        // both), so all are read before the page of names is cut.
        while (true)
        {
            var files = await database
                .ReadAsync(
                    connection => ReadAsync(connection, scope, scope.Inside, last, LargestPage, cancellationToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var file in files)
            {
                var entry = EntryOf(file, scope.First.Length);
                if (after is null || string.CompareOrdinal(entry.Name, after) > 0)
                {
                    entries.TryAdd(entry.Name, entry);
                }
            }

            if (files.Count < LargestPage)
            {
                return [.. entries.Values.Take(limit)];
            }

            last = files[^1].Path;
        }
    }

    public async Task<OpenedArtifact> OpenAsync(ArtifactTreeId tree, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(path);
        var scope = new ArtifactScope(tree, path);
        var found = await database
            .ReadAsync(
                connection => ReadAsync(connection, scope, $"{ArtifactScope.Tree} AND path = @Path", null, 1, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        return found is [var file]
            ? new(file, await artifacts.OpenReadAsync(file.Digest!.Value, cancellationToken).ConfigureAwait(false))
            : throw new AssetNotFoundException(tree.Asset, $"No file '{path}' was logged to it.");
    }

    private static async Task<List<ArtifactFile>> ReadAsync(
        DbConnection connection,
        ArtifactScope scope,
        string where,
        string? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var sql = $"""
            SELECT path, digest, size FROM reg_artifact_entry WHERE {where} {(
                after is null ? "" : "AND path > @after"
            )} ORDER BY path LIMIT @limit
            """;
        var parameters = new
        {
            scope.Kind,
            scope.Id,
            scope.Path,
            scope.First,
            scope.Last,
            after,
            limit,
        };
        var rows = await connection
            .QueryAsync<(string Path, string Digest, long Size)>(new(sql, parameters, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        return [.. rows.Select(r => new ArtifactFile(r.Path, ArtifactDigest.Parse(r.Digest), r.Size))];
    }

    private static async Task<ArtifactTree?> FindTreeAsync(DbConnection connection, DbTransaction? transaction, ArtifactTreeId tree)
    {
        var table = tree.Asset.Kind switch
        {
            AssetKind.Run => "reg_run",
            AssetKind.Trace => "(SELECT id, experiment_id, NULL AS deleted_at FROM reg_trace)",
            _ => "reg_logged_model",
        };
        var sql = $"""
            SELECT o.experiment_id, CASE WHEN o.deleted_at IS NULL AND e.deleted_at IS NULL THEN 0 ELSE 1 END
            FROM {table} o JOIN reg_experiment e ON e.id = o.experiment_id WHERE o.id = @Id
            """;
        var (experiment, deleted) = await connection
            .QuerySingleOrDefaultAsync<(string?, long)>(sql, new { tree.Asset.Id }, transaction)
            .ConfigureAwait(false);
        return experiment is null ? null : new(tree, experiment, deleted != 0);
    }

    /// <summary>What of a folder a file stands for: itself, or the folder that it lies in.</summary>
    private static ArtifactEntry EntryOf(ArtifactFile file, int prefix)
    {
        var rest = file.Path[prefix..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new(rest, file) : new(rest[..slash], null);
    }

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LargestPage);
    }
}
