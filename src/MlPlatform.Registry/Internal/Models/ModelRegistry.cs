using System.Text.Json.Nodes;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class ModelRegistry(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    IActorAccessor actors,
    Clocks clocks,
    IFaultPoints faults,
    PromotionGuard guard
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

    public Task<ModelVersion> RegisterVersionAsync(
        IUnitOfWork work,
        string name,
        StoredModelPackage package,
        ModelVersionOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(package);
        Check(name, options);
        return InsertVersionAsync(work, name, package, null, options ?? new());
    }

    public Task<ModelVersion> RegisterVersionAsync(
        string name,
        ExternalModel model,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(model.Source, nameof(model));
        RunRules.CheckLength(model.Source, 5000, "source", nameof(model));
        RunRules.CheckLength(model.RunLink ?? string.Empty, 5000, "run link", nameof(model));
        RunRules.CheckLength(model.ForeignRunId ?? string.Empty, 500, "run id", nameof(model));
        Check(name, options);
        return database.WriteAsync(
            Durability.Power,
            async work =>
            {
                if (model.LoggedModelId is { } logged)
                {
                    await LoggedModelStore.GetActiveAsync(work, logged).ConfigureAwait(false);
                }

                return await InsertVersionAsync(work, name, model.Package, model, options ?? new()).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    private async Task<ModelVersion> InsertVersionAsync(
        IUnitOfWork work,
        string name,
        StoredModelPackage? package,
        ExternalModel? external,
        ModelVersionOptions options
    )
    {
        var now = clocks.Platform.NowMicros();
        await EnsureModelAsync(work, name, now).ConfigureAwait(false);

        // The update locks the model's row, so the look-up of the key below cannot race either; taken back when the key is known.
        var number = await work
            .Connection.ExecuteScalarAsync<int>(
                "UPDATE reg_model SET next_version = next_version + 1, updated_at = @now WHERE name = @name RETURNING next_version - 1",
                new { name, now },
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

        if (options.Number is { } wanted)
        {
            number = await TakeNumberAsync(work, name, number, wanted).ConfigureAwait(false);
        }

        var row = new ModelVersionRow
        {
            Model = name,
            Version = number,
            ManifestDigest = package?.Digest.ToString(),
            Source = external?.Source,
            RunId = (options.RunId ?? (package is null ? null : RunOf(package.Manifest)))?.ToString() ?? external?.ForeignRunId,
            RunLink = external?.RunLink,
            LoggedModelId = external?.LoggedModelId,
            CreatedAt = options.CreatedAt is { } registered ? StoredTime.ToMicros(registered) : now,
            UpdatedAt = now,
            CreatedBy = actors.Current.ToString(),
            Description = options.Description,
            IdempotencyKey = options.IdempotencyKey,
            CopiedFrom = options.CopiedFrom,
        };
        const string Insert = """
            INSERT INTO reg_model_version (model, version, manifest_digest, source, run_id, run_link, logged_model_id, created_at, updated_at,
                created_by, description, idempotency_key, copied_from)
            VALUES (@Model, @Version, @ManifestDigest, @Source, @RunId, @RunLink, @LoggedModelId, @CreatedAt, @UpdatedAt,
                @CreatedBy, @Description, @IdempotencyKey, @CopiedFrom)
            """;
        await work.Connection.ExecuteAsync(Insert, row, work.Transaction).ConfigureAwait(false);
        foreach (var (tag, value) in options.Tags)
        {
            await WriteVersionTagAsync(work, new(name, number), tag, value).ConfigureAwait(false);
        }

        await ModelTerms.RefreshVersionAsync(work, new(name, number), package?.Manifest.Signature).ConfigureAwait(false);
        var version = row.ToVersion(options.Tags);
        var members = await MembersOfAsync(work, package?.Manifest).ConfigureAwait(false);
        Announce(work, version, package?.Manifest, options, members);
        RegistryDiagnostics.Versions.Add(1, new KeyValuePair<string, object?>("mlplatform.model.name", name));
        return version;
    }

    private static async Task<int> TakeNumberAsync(IUnitOfWork work, string name, int next, int wanted)
    {
        if (wanted < next || wanted == int.MaxValue)
        {
            throw new ArgumentException($"Version {wanted} of '{name}' cannot be made: the next number is {next}, and none comes twice.");
        }

        await work
            .Connection.ExecuteAsync(
                "UPDATE reg_model SET next_version = @after WHERE name = @name",
                new { after = wanted + 1, name },
                work.Transaction
            )
            .ConfigureAwait(false);
        return wanted;
    }

    /// <summary>The versions here that a composed model says it is made of. A package may come from elsewhere, where others have these names.</summary>
    private static async Task<IReadOnlyList<AssetRef>> MembersOfAsync(IUnitOfWork work, ModelManifest? manifest)
    {
        var members = new List<AssetRef>();
        foreach (var member in manifest?.Provenance.GetMembers() ?? [])
        {
            var known = await work
                .Connection.ExecuteScalarAsync<long>(
                    "SELECT count(*) FROM reg_model_version WHERE model = @model AND version = @version",
                    new { model = member.Name, version = member.Version },
                    work.Transaction
                )
                .ConfigureAwait(false);
            if (known > 0)
            {
                members.Add(member.ToAsset());
            }
        }

        return members;
    }

    private static void Announce(
        IUnitOfWork work,
        ModelVersion version,
        ModelManifest? manifest,
        ModelVersionOptions options,
        IReadOnlyList<AssetRef> members
    )
    {
        if (manifest is not null)
        {
            work.Reference(version.ManifestDigest!.Value, OwnerOf(version.Id));
            foreach (var file in manifest.Files)
            {
                work.Reference(file.GetDigest(), OwnerOf(version.Id));
            }
        }

        var asset = version.Id.ToAsset();
        var sources = new List<AssetRef>(options.MadeFrom);
        if (version.RunId is { } run)
        {
            sources.Add(new(AssetKind.Run, run.ToString()));
        }

        if (version.LoggedModelId is { } logged)
        {
            sources.Add(new(AssetKind.LoggedModel, logged));
        }

        foreach (var source in sources)
        {
            work.Link(source, asset, source.Kind is AssetKind.Run or AssetKind.LoggedModel ? "produced" : "trainedOn");
        }

        foreach (var member in members)
        {
            work.Link(member, asset, "memberOf");
        }

        work.Link(asset, asset with { Version = null }, "versionOf"); // Consumers use the model, whatever its version.

        work.Append(
            new(EventTypes.ModelVersionCreated, asset)
            {
                Related = [.. sources, .. members],
                Payload = new JsonObject
                {
                    ["manifest"] = version.ManifestDigest?.ToString(),
                    ["source"] = version.Source,
                    ["runId"] = version.RunId?.ToString() ?? version.ForeignRunId,
                    ["copiedFrom"] = version.CopiedFrom,
                },
            }
        );
        work.Notify(ChangeTopics.Models);
    }

    private async Task<ModelVersion?> FindByKeyAsync(IUnitOfWork work, string name, string key)
    {
        var row = await work
            .Connection.QuerySingleOrDefaultAsync<ModelVersionRow>(
                $"SELECT {ModelVersionRow.Columns} FROM {ModelVersionRow.From} WHERE v.model = @name AND v.idempotency_key = @key",
                new { name, key },
                work.Transaction
            )
            .ConfigureAwait(false);
        return row is null ? null : (await WithTagsAsync(work.Connection, [row], work.Transaction).ConfigureAwait(false))[0];
    }

    internal static ArtifactOwner OwnerOf(ModelVersionId id) => new("modelVersion", id.ToString());

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

        RunRules.CheckLength(options.CopiedFrom ?? string.Empty, 500, "origin", nameof(options));
        foreach (var (tag, value) in options.Tags)
        {
            CheckTag(tag, value);
        }
    }
}
