using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelCards(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    IModelRegistry registry,
    IExperimentTracker tracker,
    IActorAccessor actors,
    Clocks clocks
) : IModelCards
{
    private const long MaximumBytes = 1024 * 1024;

    public async Task<ModelCardRevision?> GetAsync(ModelVersionId version, CancellationToken cancellationToken = default) =>
        await ListAsync(version, cancellationToken).ConfigureAwait(false) is [.., var newest] ? newest : null;

    public async Task<IReadOnlyList<ModelCardRevision>> ListAsync(ModelVersionId version, CancellationToken cancellationToken = default)
    {
        var found = await FindAsync(version, cancellationToken).ConfigureAwait(false);
        const string Sql = """
            SELECT revision AS Revision, digest AS Digest, actor AS Actor, at AS At
            FROM reg_model_card WHERE model = @Name AND version = @Version ORDER BY revision
            """;
        var rows = await database
            .ReadAsync(
                async connection =>
                    (
                        await connection
                            .QueryAsync<(long Revision, string Digest, string Actor, long At)>(
                                new(Sql, version, cancellationToken: cancellationToken)
                            )
                            .ConfigureAwait(false)
                    ).AsList(),
                cancellationToken
            )
            .ConfigureAwait(false);
        var revisions = new List<ModelCardRevision>();
        if (await ReadPackagedAsync(found, cancellationToken).ConfigureAwait(false) is { } packaged)
        {
            revisions.Add(new(0, packaged, found.CreatedBy, found.CreatedAt));
        }

        foreach (var (revision, digest, actor, at) in rows)
        {
            var bytes = await artifacts.ReadBytesAsync(ArtifactDigest.Parse(digest), MaximumBytes, cancellationToken).ConfigureAwait(false);
            revisions.Add(new((int)revision, ModelCard.FromBytes(bytes), actor, StoredTime.FromMicros(at)));
        }

        return revisions;
    }

    public async Task<ModelCard> DraftAsync(ModelVersionId version, CancellationToken cancellationToken = default)
    {
        if (await GetAsync(version, cancellationToken).ConfigureAwait(false) is { } newest)
        {
            return newest.Card;
        }

        var found = await FindAsync(version, cancellationToken).ConfigureAwait(false);
        var model = await registry.GetModelAsync(version.Name, cancellationToken).ConfigureAwait(false);
        var manifest = await ReadManifestAsync(found, cancellationToken).ConfigureAwait(false);
        var metrics = manifest?.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new ModelCardMetric(m.Key, m.Value)) ?? [];
        return new()
        {
            Summary = found.Description ?? model?.Description,
            Owner = model?.Owner,
            TrainingData = await DescribeDataAsync(found, manifest, cancellationToken).ConfigureAwait(false),
            Metrics = [.. metrics],
        };
    }

    public async Task<ModelCardRevision> SaveAsync(
        ModelVersionId version,
        ModelCard card,
        int? expectedRevision,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(card);
        var bytes = card.ToBytes();
        if (bytes.LongLength > MaximumBytes)
        {
            throw new ArgumentException($"The card has {bytes.LongLength} bytes; at most {MaximumBytes} are kept.", nameof(card));
        }

        var found = await FindAsync(version, cancellationToken).ConfigureAwait(false);
        var hasPackaged = await ReadPackagedAsync(found, cancellationToken).ConfigureAwait(false) is not null;
        var digest = (await artifacts.PutBytesAsync(bytes, cancellationToken).ConfigureAwait(false)).Digest;
        return await database
            .WriteAsync(
                Durability.Power,
                work => InsertAsync(work, version, card, digest, expectedRevision, hasPackaged),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<ModelCardRevision> InsertAsync(
        IUnitOfWork work,
        ModelVersionId version,
        ModelCard card,
        ArtifactDigest digest,
        int? expected,
        bool hasPackaged
    )
    {
        await work.LockAsync($"registry.card:{version}").ConfigureAwait(false);
        var last = await work
            .Connection.ExecuteScalarAsync<int?>(
                "SELECT MAX(revision) FROM reg_model_card WHERE model = @Name AND version = @Version",
                version,
                work.Transaction
            )
            .ConfigureAwait(false);
        var present = last ?? (hasPackaged ? 0 : null);
        if (present != expected)
        {
            throw new ConcurrencyConflictException("registry.card", "save", version.ToString(), TagOf(expected), TagOf(present));
        }

        var revision = new ModelCardRevision(
            (last ?? 0) + 1,
            card,
            actors.Current.ToString(),
            StoredTime.FromMicros(clocks.Platform.NowMicros())
        );
        const string Insert = """
            INSERT INTO reg_model_card (model, version, revision, digest, completeness, actor, at)
            VALUES (@Name, @Version, @Revision, @Digest, @Completeness, @Actor, @At)
            """;
        var row = new
        {
            version.Name,
            version.Version,
            revision.Revision,
            Digest = digest.ToString(),
            card.Completeness,
            revision.Actor,
            At = StoredTime.ToMicros(revision.At),
        };
        await work.Connection.ExecuteAsync(Insert, row, work.Transaction).ConfigureAwait(false);
        work.Reference(digest, ModelRegistry.OwnerOf(version));
        work.Append(
            new(EventTypes.ModelCardSaved, version.ToAsset())
            {
                Payload = new JsonObject
                {
                    ["revision"] = revision.Revision,
                    ["card"] = digest.ToString(),
                    ["completeness"] = card.Completeness,
                },
            }
        );
        return revision;
    }

    /// <summary>A revision as a tag: 0 means that there is no card, so revision 0 is 1.</summary>
    private static ETag TagOf(int? revision) => revision is { } number ? new(number + 1) : ETag.None;

    private async Task<ModelVersion> FindAsync(ModelVersionId version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        return await registry.GetVersionAsync(version, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(version.ToAsset());
    }

    private async Task<ModelManifest?> ReadManifestAsync(ModelVersion version, CancellationToken cancellationToken) =>
        version.ManifestDigest is { } digest
            ? (await ModelPackage.OpenAsync(artifacts, digest, cancellationToken).ConfigureAwait(false)).Manifest
            : null;

    private async Task<ModelCard?> ReadPackagedAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var manifest = await ReadManifestAsync(version, cancellationToken).ConfigureAwait(false);
        return manifest?.Find(ModelFileRole.Card) is { } file && file.MediaType == ModelCard.MediaType
            ? ModelCard.FromBytes(await artifacts.ReadBytesAsync(file.GetDigest(), MaximumBytes, cancellationToken).ConfigureAwait(false))
            : null;
    }

    private async Task<string?> DescribeDataAsync(ModelVersion version, ModelManifest? manifest, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        if (version.RunId is { } id && await tracker.GetRunAsync(id, cancellationToken).ConfigureAwait(false) is { } run)
        {
            parts.AddRange(run.Inputs.Select(d => $"{d.Name} ({d.Digest})"));
        }

        if (manifest?.Provenance is { } provenance)
        {
            parts.AddRange(provenance.Features.Select(f => $"features {f}"));
            if (provenance.TrainingSet is { } set)
            {
                parts.Add($"training set {set}");
            }
        }

        return parts.Count == 0 ? null : string.Join("; ", parts);
    }
}
