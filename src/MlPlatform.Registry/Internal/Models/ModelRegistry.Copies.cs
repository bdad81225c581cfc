using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry
{
    public async Task<ModelVersion> CopyVersionAsync(
        ModelVersionId source,
        string name,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var origin =
            await GetVersionAsync(source, cancellationToken).ConfigureAwait(false) ?? throw new AssetNotFoundException(source.ToAsset());
        var package = origin.ManifestDigest is { } digest
            ? new StoredModelPackage(
                (await ModelPackage.OpenAsync(artifacts, digest, cancellationToken).ConfigureAwait(false)).Manifest,
                digest
            )
            : null;
        options = (options ?? new() { Description = origin.Description, Tags = origin.Tags }) with
        {
            RunId = origin.RunId,
            CopiedFrom = source.ToString(),
            MadeFrom = [.. options?.MadeFrom ?? [], source.ToAsset()],
        };
        Check(name, options);
        var external = origin.Source is null
            ? null
            : new ExternalModel(origin.Source)
            {
                ForeignRunId = origin.ForeignRunId,
                RunLink = origin.RunLink,
                LoggedModelId = origin.LoggedModelId,
            };
        return await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    // Held until the copy points at the same bytes: whoever deletes the source lets go of them.
                    var alive = await work
                        .Connection.QueryAsync<int>(
                            $"SELECT version FROM reg_model_version WHERE model = @Name AND version = @Version AND deleted_at IS NULL {database.Dialect.ForUpdate()}",
                            source,
                            work.Transaction
                        )
                        .ConfigureAwait(false);
                    return alive.Any()
                        ? await InsertVersionAsync(work, name, package, external, options).ConfigureAwait(false)
                        : throw new AssetNotFoundException(source.ToAsset());
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
