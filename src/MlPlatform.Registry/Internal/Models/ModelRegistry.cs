using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    IActorAccessor actors,
    Clocks clocks,
    IFaultPoints faults
) : IModelRegistry, IModelPromotion
{
    public async Task<ModelVersion> RegisterVersionAsync(
        string name,
        ModelPackage package,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Check(name, options);
        using var activity = RegistryDiagnostics.Source.StartActivity("registry.registerVersion");
        activity?.SetTag("mlplatform.model.name", name);

        // Bytes first: a version whose bytes are missing can then never be seen; bytes without a version are swept.
        var stored = await StorePackageAsync(package, cancellationToken).ConfigureAwait(false);
        var version = await database
            .WriteAsync(Durability.Power, work => RegisterVersionAsync(work, name, stored, options), cancellationToken)
            .ConfigureAwait(false);
        activity?.SetTag("mlplatform.model.version", version.Id.Version);
        return version;
    }

    public async Task<StoredModelPackage> StorePackageAsync(ModelPackage package, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        var manifest = package.Manifest.ToBytes();
        _ = ModelManifest.FromBytes(manifest); // Refuses unsafe paths however the package was made.
        foreach (var file in package.Manifest.Files)
        {
            var bytes = await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
            await artifacts.PutBytesAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        var stored = await artifacts.PutBytesAsync(manifest, cancellationToken).ConfigureAwait(false);
        faults.Hit("registry.packageStored");
        return new(package.Manifest, stored.Digest);
    }

    public async Task<ModelVersion> RegisterVersionAsync(
        IUnitOfWork work,
        string name,
        StoredModelPackage package,
        ModelVersionOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(package);
        Check(name, options);
        options ??= new();
        var actor = actors.Current;
        var now = clocks.Platform.NowMicros();
        var created = await work
            .Connection.ExecuteAsync(
                "INSERT INTO reg_model (name, created_at, updated_at, next_version) VALUES (@name, @now, @now, 1) ON CONFLICT (name) DO NOTHING",
                new { name, now },
                work.Transaction
            )
            .ConfigureAwait(false);

        // The update locks the model's row, so the look-up of the key below cannot race either; taken back when the key is known.
        var number = await work
            .Connection.ExecuteScalarAsync<int>(
                "UPDATE reg_model SET next_version = next_version + 1 WHERE name = @name RETURNING next_version - 1",
                new { name },
                work.Transaction
            )
            .ConfigureAwait(false);
        if (options.IdempotencyKey is { } key && await FindByKeyAsync(work, name, key).ConfigureAwait(false) is { } earlier)
        {
            await work
                .Connection.ExecuteAsync(
                    "UPDATE reg_model SET next_version = @number WHERE name = @name",
                    new { number, name },
                    work.Transaction
                )
                .ConfigureAwait(false);
            return earlier;
        }

        var row = new ModelVersionRow
        {
            Model = name,
            Version = number,
            ManifestDigest = package.Digest.ToString(),
            RunId = (options.RunId ?? RunOf(package.Manifest))?.ToString(),
            CreatedAt = now,
            CreatedBy = actor.ToString(),
            Description = options.Description,
            IdempotencyKey = options.IdempotencyKey,
        };
        const string Insert = """
            INSERT INTO reg_model_version (model, version, manifest_digest, run_id, created_at, updated_at, created_by, description, stage, idempotency_key)
            VALUES (@Model, @Version, @ManifestDigest, @RunId, @CreatedAt, @CreatedAt, @CreatedBy, @Description, 'None', @IdempotencyKey)
            """;
        await work.Connection.ExecuteAsync(Insert, row, work.Transaction).ConfigureAwait(false);
        const string Tag = "INSERT INTO reg_model_version_tag (model, version, key, value) VALUES (@name, @number, @Key, @Value)";
        await work
            .Connection.ExecuteAsync(
                Tag,
                options.Tags.Select(t => new
                {
                    name,
                    number,
                    t.Key,
                    t.Value,
                }),
                work.Transaction
            )
            .ConfigureAwait(false);
        var version = row.ToVersion(options.Tags);
        Announce(work, version, package.Manifest, options, isNewModel: created > 0);
        RegistryDiagnostics.Versions.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", name));
        return version;
    }

    private static void Announce(
        IUnitOfWork work,
        ModelVersion version,
        ModelManifest manifest,
        ModelVersionOptions options,
        bool isNewModel
    )
    {
        var owner = new ArtifactOwner("modelVersion", version.Id.ToString());
        work.Reference(version.ManifestDigest, owner);
        foreach (var file in manifest.Files)
        {
            work.Reference(file.GetDigest(), owner);
        }

        var asset = version.Id.ToAsset();
        var sources = new List<AssetRef>(options.MadeFrom);
        if (version.RunId is { } run)
        {
            sources.Add(new(AssetKind.Run, run.ToString()));
        }

        foreach (var source in sources)
        {
            work.Link(source, asset, source.Kind == AssetKind.Run ? "produced" : "trainedOn");
        }

        if (isNewModel)
        {
            work.Append(new(EventTypes.ModelCreated, new(AssetKind.Model, version.Id.Name)));
        }

        work.Append(
            new(EventTypes.ModelVersionCreated, asset)
            {
                Related = sources,
                Payload = new JsonObject { ["manifest"] = version.ManifestDigest.ToString(), ["runId"] = version.RunId?.ToString() },
            }
        );
        work.Notify(ChangeTopics.Models);
    }

    private async Task<ModelVersion?> FindByKeyAsync(IUnitOfWork work, string name, string key)
    {
        var row = await work
            .Connection.QuerySingleOrDefaultAsync<ModelVersionRow>(
                $"SELECT {ModelVersionRow.Columns} FROM reg_model_version WHERE model = @name AND idempotency_key = @key",
                new { name, key },
                work.Transaction
            )
            .ConfigureAwait(false);
        return row is null ? null : (await WithTagsAsync(work.Connection, [row], work.Transaction).ConfigureAwait(false))[0];
    }

    /// <summary>The manifest's run may be of another system: then it is provenance only.</summary>
    private static RunId? RunOf(ModelManifest manifest) =>
        manifest.Provenance.RunId is { } text && Guid.TryParseExact(text, "N", out var id) ? new RunId(id) : null;

    private static void Check(string name, ModelVersionOptions? options)
    {
        ModelNames.CheckModel(name);
        if (options is null)
        {
            return;
        }

        if (options.IdempotencyKey is { } key)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(key, nameof(options));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, 250, nameof(options));
        }

        foreach (var tag in options.Tags)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(tag.Key, nameof(options));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(tag.Key.Length, 250, nameof(options));
        }
    }
}
