using System.Data.Common;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ArtifactTrees(IMetadataDatabase database, IArtifactStore artifacts) : IArtifactTrees
{
    public async Task<ArtifactFile> PutAsync(
        ArtifactTreeId tree,
        ArtifactPath path,
        Stream content,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(content);

        // Before the bytes, so that a mistake does not cost an upload; and again with the entry, which is what counts.
        var scope = new ArtifactScope(tree, path);
        await database
            .ReadAsync(
                async connection =>
                {
                    await CheckAsync(connection, null, tree, scope, path).ConfigureAwait(false);
                    return true;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        var stored = await artifacts.PutAsync(content, cancellationToken).ConfigureAwait(false);
        await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    await CheckAsync(work.Connection, work.Transaction, tree, scope, path).ConfigureAwait(false);
                    await UpsertAsync(work, scope, stored).ConfigureAwait(false);
                    work.Release(scope.OwnerOf(scope.Path!));
                    work.Reference(stored.Digest, scope.OwnerOf(scope.Path!));
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return new(scope.Path!, stored.Digest, stored.Size);
    }

    public Task<int> DeleteAsync(ArtifactTreeId tree, ArtifactPath path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(path);
        var scope = new ArtifactScope(tree, path);
        return database.WriteAsync(
            Durability.Power,
            async work =>
            {
                await RequireWritableAsync(work.Connection, work.Transaction, tree).ConfigureAwait(false);
                var deleted = await work
                    .Connection.QueryAsync<string>(
                        $"DELETE FROM reg_artifact_entry WHERE {scope.AtOrBelow} RETURNING path",
                        scope,
                        work.Transaction
                    )
                    .ConfigureAwait(false);
                var count = 0;
                foreach (var file in deleted)
                {
                    work.Release(scope.OwnerOf(file));
                    count++;
                }

                return count;
            },
            cancellationToken
        );
    }

    private async Task CheckAsync(
        DbConnection connection,
        DbTransaction? transaction,
        ArtifactTreeId tree,
        ArtifactScope scope,
        ArtifactPath path
    )
    {
        await RequireWritableAsync(connection, transaction, tree).ConfigureAwait(false);
        var inTheWay = await connection
            .QueryFirstOrDefaultAsync<string>(
                $"SELECT path FROM reg_artifact_entry WHERE {ArtifactScope.InTheWay(database.Dialect)} LIMIT 1",
                scope,
                transaction
            )
            .ConfigureAwait(false);
        if (inTheWay is not null)
        {
            throw new ArtifactPathConflictException(tree, path, inTheWay);
        }
    }

    private static async Task RequireWritableAsync(DbConnection connection, DbTransaction? transaction, ArtifactTreeId tree)
    {
        var found =
            await FindTreeAsync(connection, transaction, tree).ConfigureAwait(false) ?? throw new AssetNotFoundException(tree.Asset);
        if (found.IsDeleted)
        {
            throw new AssetDeletedException(tree.Asset);
        }
    }

    private static Task<int> UpsertAsync(IUnitOfWork work, ArtifactScope scope, ArtifactInfo stored)
    {
        const string Upsert = """
            INSERT INTO reg_artifact_entry (owner_kind, owner_id, path, digest, size) VALUES (@Kind, @Id, @Path, @Digest, @Size)
            ON CONFLICT (owner_kind, owner_id, path) DO UPDATE SET digest = excluded.digest, size = excluded.size
            """;
        return work.Connection.ExecuteAsync(
            Upsert,
            new
            {
                scope.Kind,
                scope.Id,
                scope.Path,
                Digest = stored.Digest.ToString(),
                stored.Size,
            },
            work.Transaction
        );
    }
}
