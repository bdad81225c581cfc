using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Registered models that an MLflow server keeps.</summary>
/// <remarks>
/// A transaction of the caller's cannot hold a server back: the overloads that take one make their call inside it and leave the events to its commit. When
/// that fails, the call stands; repeated, the operation finds it done and brings the events then.
/// </remarks>
internal sealed partial class MlflowModelRegistry(
    MlflowClient client,
    RemoteCalls calls,
    MlflowPackages packages,
    MlflowFiles files,
    IArtifactStore artifacts,
    [FromKeyedServices(MlflowModelRegistry.Local)] IModelRegistry local,
    IOptions<MlflowOptions> options,
    Clocks clocks
) : IModelRegistry, IModelPromotion
{
    /// <summary>The key of the registry that keeps models here: it stores packages.</summary>
    public const string Local = "MlPlatform.Registry.Local";

    /// <summary>The alias whose target is what consumers get: moving it is a deployment.</summary>
    private const string Champion = "champion";

    public async Task<ModelVersion> RegisterVersionAsync(
        string name,
        ModelPackage package,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(package);
        var request = await PrepareAsync(name, package, options ?? new(), cancellationToken).ConfigureAwait(false);
        return request.Earlier ?? await MakeAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public Task<StoredModelPackage> StorePackageAsync(ModelPackage package, CancellationToken cancellationToken = default) =>
        local.StorePackageAsync(package, cancellationToken);

    public async Task<ModelVersion> RegisterVersionAsync(
        IUnitOfWork work,
        string name,
        StoredModelPackage package,
        ModelVersionOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(package);
        var whole = new ModelPackage(package.Manifest, (file, ct) => artifacts.ReadBytesAsync(file.GetDigest(), file.Size, ct));
        var request = await PrepareAsync(name, whole, options ?? new(), CancellationToken.None).ConfigureAwait(false);
        var version = request.Earlier;
        if (version is null)
        {
            if (await GetModelAsync(name).ConfigureAwait(false) is null)
            {
                await client.SendAsync(Create(name, new()), CancellationToken.None).ConfigureAwait(false);
                Created(name).AppendTo(work, null);
            }

            var reply = await client.SendAsync(request.Call, CancellationToken.None).ConfigureAwait(false);
            version = RemoteAssets.ToVersion(reply.ModelVersion);
        }

        request.Announcement.AppendTo(work, MlflowCalls.TextOf(version.Id.Version));
        return version;
    }

    public async Task<ModelVersion> RegisterVersionAsync(
        string name,
        ExternalModel model,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(model.Source, nameof(model));
        options ??= new();
        var run = options.RunId?.ToString() ?? model.ForeignRunId;
        var request = await PrepareAsync(name, model.Source, run, null, options, cancellationToken).ConfigureAwait(false);
        Set(request.Call.Body!, "run_link", model.RunLink);
        Set(request.Call.Body!, "model_id", model.LoggedModelId);
        return request.Earlier ?? await MakeAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ModelVersion> CopyVersionAsync(
        ModelVersionId source,
        string name,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var origin = await RequireVersionAsync(source, cancellationToken).ConfigureAwait(false);
        options ??= new() { Description = origin.Description, Tags = WithoutOurs(origin.Tags) };
        var request = await PrepareAsync(
                name,
                $"models:/{source.Name}/{MlflowCalls.TextOf(source.Version)}",
                origin.RunId?.ToString() ?? origin.ForeignRunId,
                origin.ManifestDigest,
                options with
                {
                    RunId = origin.RunId,
                    CopiedFrom = source.ToString(),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return request.Earlier ?? await MakeAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async Task<RegisteredModel> CreateModelAsync(
        string name,
        RegisteredModelOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        CheckName(name);
        var reply = await RunAsync(Created(name), Create(name, options ?? new()), cancellationToken).ConfigureAwait(false);
        return RemoteAssets.ToModel(reply.RegisteredModel);
    }

    public async Task<RegisteredModel> UpdateModelAsync(string name, string? description, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["name"] = name, ["description"] = description ?? string.Empty };
        var reply = await client
            .SendAsync(new(HttpMethod.Patch, "registered-models/update") { Body = body, Asset = AssetOf(name) }, cancellationToken)
            .ConfigureAwait(false);
        return RemoteAssets.ToModel(reply.RegisteredModel);
    }

    public async Task<RegisteredModel> SetModelOwnerAsync(string name, string? owner, CancellationToken cancellationToken = default)
    {
        var before = (await RequireModelAsync(name, cancellationToken).ConfigureAwait(false)).Owner;
        if (!string.Equals(before, owner, StringComparison.Ordinal))
        {
            var payload = new JsonObject { ["from"] = before, ["to"] = owner };
            var call = owner is null ? DeleteTag(name, RemoteTags.Owner) : SetTag(name, RemoteTags.Owner, owner);
            await RunAsync(
                    Announcement.Of(
                        new(ProbeKind.ModelTag, name, RemoteTags.Owner, owner),
                        EventTypes.OwnerChanged,
                        AssetOf(name),
                        payload
                    ),
                    call,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return await RequireModelAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async Task<RegisteredModel> RenameModelAsync(string name, string newName, CancellationToken cancellationToken = default)
    {
        CheckName(newName);
        var body = new JsonObject { ["name"] = name, ["new_name"] = newName };
        var exists = await GetModelAsync(name, cancellationToken).ConfigureAwait(false) is not null;
        var reply = await RunAsync(
                Announcement.Of(
                    new(ProbeKind.ModelNamed, newName),
                    EventTypes.ModelRenamed,
                    AssetOf(newName),
                    new() { ["from"] = name },
                    AssetOf(name)
                ),
                MlflowCall.Create("registered-models/rename", body, AssetOf(exists ? newName : name)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return RemoteAssets.ToModel(reply.RegisteredModel);
    }

    public Task DeleteModelAsync(string name, CancellationToken cancellationToken = default) =>
        RunAsync(
            Announcement.Of(new(ProbeKind.ModelGone, name), EventTypes.ModelDeleted, AssetOf(name)),
            Once(HttpMethod.Delete, "registered-models/delete", new() { ["name"] = name }, AssetOf(name)),
            cancellationToken
        );

    public Task SetModelTagAsync(string name, string key, string value, CancellationToken cancellationToken = default) =>
        RunAsync(
            Announcement.Of(
                new(ProbeKind.ModelTag, name, key, value),
                EventTypes.ModelTagSet,
                AssetOf(name),
                new() { ["key"] = key, ["value"] = value }
            ),
            SetTag(name, key, value),
            cancellationToken
        );

    public async Task DeleteModelTagAsync(string name, string key, CancellationToken cancellationToken = default)
    {
        if (!(await RequireModelAsync(name, cancellationToken).ConfigureAwait(false)).Tags.ContainsKey(key))
        {
            throw new AssetNotFoundException(new(AssetKind.Model, $"{name}/tags/{key}"));
        }

        await RunAsync(
                Announcement.Of(new(ProbeKind.ModelTag, name, key), EventTypes.ModelTagDeleted, AssetOf(name), new() { ["key"] = key }),
                DeleteTag(name, key),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async Task<ModelVersion> UpdateVersionAsync(
        ModelVersionId id,
        string? description,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(id);
        var body = VersionBody(id);
        body["description"] = description ?? string.Empty;
        var reply = await client
            .SendAsync(new(HttpMethod.Patch, "model-versions/update") { Body = body, Asset = id.ToAsset() }, cancellationToken)
            .ConfigureAwait(false);
        return RemoteAssets.ToVersion(reply.ModelVersion);
    }

    public Task SetVersionTagAsync(ModelVersionId id, string key, string value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        var body = VersionBody(id);
        (body["key"], body["value"]) = (key, value);
        return RunAsync(
            Announcement.Of(
                new(ProbeKind.VersionTag, id.ToString(), key, value),
                EventTypes.ModelVersionTagSet,
                id.ToAsset(),
                new() { ["key"] = key, ["value"] = value }
            ),
            MlflowCall.Post("model-versions/set-tag", body, id.ToAsset()),
            cancellationToken
        );
    }

    public async Task DeleteVersionTagAsync(ModelVersionId id, string key, CancellationToken cancellationToken = default)
    {
        if (!(await RequireVersionAsync(id, cancellationToken).ConfigureAwait(false)).Tags.ContainsKey(key))
        {
            throw new AssetNotFoundException(new(AssetKind.Model, $"{id}/tags/{key}"));
        }

        var body = VersionBody(id);
        body["key"] = key;
        await RunAsync(
                Announcement.Of(
                    new(ProbeKind.VersionTag, id.ToString(), key),
                    EventTypes.ModelVersionTagDeleted,
                    id.ToAsset(),
                    new() { ["key"] = key }
                ),
                new(HttpMethod.Delete, "model-versions/delete-tag") { Body = body, Asset = id.ToAsset() },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task DeleteVersionAsync(ModelVersionId id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return RunAsync(
            Announcement.Of(
                new(ProbeKind.VersionGone, id.Name, MlflowCalls.TextOf(id.Version)),
                EventTypes.ModelVersionDeleted,
                id.ToAsset()
            ),
            Once(HttpMethod.Delete, "model-versions/delete", VersionBody(id), id.ToAsset()),
            cancellationToken
        );
    }

    /// <summary>Uploads the files and says what is to be registered.</summary>
    private async Task<VersionRequest> PrepareAsync(
        string name,
        ModelPackage package,
        ModelVersionOptions options,
        CancellationToken cancellationToken
    )
    {
        CheckName(name);
        var run = options.RunId ?? RemoteAssets.TryRunId(package.Manifest.Provenance.RunId);
        if (await FindByKeyAsync(name, options.IdempotencyKey, cancellationToken).ConfigureAwait(false) is { } earlier)
        {
            return Describe(name, earlier.Source ?? string.Empty, run?.ToString(), package.Digest, options, [], earlier);
        }

        var reply = run is { } maker
            ? await client.SendAsync(MlflowCalls.GetRun(maker), cancellationToken).ConfigureAwait(false)
            : await MakeHolderAsync(name, cancellationToken).ConfigureAwait(false);
        var address = $"{reply.Run?.Info?.ArtifactUri}/models/{package.Digest.Hex}";
        var folder = await files.ResolveAsync(address, AssetOf(name), cancellationToken).ConfigureAwait(false);
        await packages.UploadAsync(package, folder, AssetOf(name), cancellationToken).ConfigureAwait(false);
        var members = new List<AssetRef>();
        foreach (var member in package.Manifest.Provenance.GetMembers())
        {
            if (await GetVersionAsync(member, cancellationToken).ConfigureAwait(false) is not null)
            {
                members.Add(member.ToAsset()); // Else another server's.
            }
        }

        return Describe(name, address, run?.ToString(), package.Digest, options, members, null);
    }

    private async Task<VersionRequest> PrepareAsync(
        string name,
        string source,
        string? run,
        ArtifactDigest? manifest,
        ModelVersionOptions options,
        CancellationToken cancellationToken
    )
    {
        CheckName(name);
        var earlier = await FindByKeyAsync(name, options.IdempotencyKey, cancellationToken).ConfigureAwait(false);
        return Describe(name, source, run, manifest, options, [], earlier);
    }

    private VersionRequest Describe(
        string name,
        string source,
        string? run,
        ArtifactDigest? manifest,
        ModelVersionOptions options,
        IReadOnlyList<AssetRef> members,
        ModelVersion? earlier
    )
    {
        if (options.Number is not null)
        {
            throw new NotSupportedException("An MLflow server numbers its versions itself.");
        }

        var id = NewCall();
        var tags = new Dictionary<string, string>(options.Tags, StringComparer.Ordinal) { [RemoteTags.Call] = id };
        Tag(RemoteTags.IdempotencyKey, options.IdempotencyKey);
        Tag(RemoteTags.CopiedFrom, options.CopiedFrom);
        Tag(RemoteTags.Manifest, manifest?.ToString());
        var body = new JsonObject
        {
            ["name"] = name,
            ["source"] = source,
            ["tags"] = MlflowCalls.Pairs(tags),
        };
        Set(body, "run_id", run);
        Set(body, "description", options.Description);

        var sources = new List<AssetRef>(options.MadeFrom);
        if (RemoteAssets.TryRunId(run) is { } known)
        {
            sources.Add(new(AssetKind.Run, known.ToString()));
        }

        var asset = $"{AssetOf(name)}@v{Announcement.Unknown}";
        var payload = new JsonObject
        {
            ["manifest"] = manifest?.ToString(),
            ["source"] = source,
            ["runId"] = run,
            ["copiedFrom"] = options.CopiedFrom,
        };
        var announcement = new Announcement(new(ProbeKind.VersionMade, name, id))
        {
            Events = [new(EventTypes.ModelVersionCreated, asset, [.. sources.Concat(members).Select(s => s.ToString())], payload)],
            Links =
            [
                .. sources.Select(s => new AnnouncedLink(s.ToString(), asset, s.Kind == AssetKind.Run ? "produced" : "trainedOn")),
                .. members.Select(m => new AnnouncedLink(m.ToString(), asset, "memberOf")),
                new(asset, AssetOf(name).ToString(), "versionOf"),
            ],
        };
        return new(id, name, MlflowCall.Create("model-versions/create", body, AssetOf(name)), announcement, earlier);

        void Tag(string key, string? value)
        {
            if (value is not null)
            {
                tags[key] = value;
            }
        }
    }

    private async Task<ModelVersion> MakeAsync(VersionRequest request, CancellationToken cancellationToken)
    {
        if (await GetModelAsync(request.Name, cancellationToken).ConfigureAwait(false) is null)
        {
            try
            {
                await CreateModelAsync(request.Name, null, cancellationToken).ConfigureAwait(false);
            }
            catch (AssetExistsException)
            {
                // Another was faster.
            }
        }

        var reply = await calls
            .RunAsync(
                request.Id,
                request.Announcement,
                () => client.SendAsync(request.Call, cancellationToken),
                r => r.ModelVersion?.Version?.ToString(CultureInfo.InvariantCulture),
                Durability.Power,
                cancellationToken
            )
            .ConfigureAwait(false);
        return RemoteAssets.ToVersion(reply.ModelVersion);
    }

    /// <summary>A run that holds the files of a model which no run made.</summary>
    private async Task<MlflowReply> MakeHolderAsync(string name, CancellationToken cancellationToken)
    {
        var experiment = options.Value.PackageExperiment;
        var find = MlflowCall.Get("experiments/get-by-name", new(AssetKind.Experiment, experiment), ("experiment_name", experiment));
        string? id;
        try
        {
            id = (await client.SendAsync(find, cancellationToken).ConfigureAwait(false)).Experiment?.ExperimentId;
        }
        catch (AssetNotFoundException)
        {
            var make = MlflowCall.Create("experiments/create", new() { ["name"] = experiment }, new(AssetKind.Experiment, experiment));
            id = (await client.SendAsync(make, cancellationToken).ConfigureAwait(false)).ExperimentId;
        }

        var now = RemoteAssets.ToMillis(clocks.Platform.GetUtcNow());
        var body = new JsonObject
        {
            ["experiment_id"] = id,
            ["run_name"] = name,
            ["start_time"] = now,
        };
        var reply = await client.SendAsync(MlflowCall.Create("runs/create", body), cancellationToken).ConfigureAwait(false);
        var end = new JsonObject
        {
            ["run_id"] = reply.Run?.Info?.RunId,
            ["status"] = "FINISHED",
            ["end_time"] = now,
        };
        await client.SendAsync(MlflowCall.Post("runs/update", end), cancellationToken).ConfigureAwait(false);
        return reply;
    }

    private async Task<ModelVersion?> FindByKeyAsync(string name, string? key, CancellationToken cancellationToken)
    {
        if (key is null)
        {
            return null;
        }

        await foreach (var page in client.PagesAsync(MlflowCalls.SearchVersions(name), cancellationToken).ConfigureAwait(false))
        {
            foreach (var version in (page.ModelVersions ?? []).Select(RemoteAssets.ToVersion))
            {
                if (
                    version.Tags.TryGetValue(RemoteTags.IdempotencyKey, out var theirs)
                    && string.Equals(theirs, key, StringComparison.Ordinal)
                )
                {
                    return version;
                }
            }
        }

        return null;
    }

    private Task<MlflowReply> RunAsync(Announcement announcement, MlflowCall call, CancellationToken cancellationToken) =>
        calls.RunAsync(
            NewCall(),
            announcement,
            () => client.SendAsync(call, cancellationToken),
            _ => null,
            Durability.Power,
            cancellationToken
        );

    private static Dictionary<string, string> WithoutOurs(IReadOnlyDictionary<string, string> tags) =>
        tags.Where(t => !t.Key.StartsWith("mlplatform.", StringComparison.Ordinal))
            .ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);

    private static Announcement Created(string name) =>
        Announcement.Of(new(ProbeKind.ModelNamed, name), EventTypes.ModelCreated, AssetOf(name));

    private static MlflowCall Create(string name, RegisteredModelOptions options)
    {
        var tags = new Dictionary<string, string>(options.Tags, StringComparer.Ordinal);
        if (options.Owner is { } owner)
        {
            tags[RemoteTags.Owner] = owner;
        }

        var body = new JsonObject { ["name"] = name, ["tags"] = MlflowCalls.Pairs(tags) };
        Set(body, "description", options.Description);
        return MlflowCall.Create("registered-models/create", body, AssetOf(name));
    }

    private static MlflowCall Once(HttpMethod method, string path, JsonObject body, AssetRef asset) =>
        new(method, path)
        {
            Body = body,
            Asset = asset,
            IsRepeatable = false,
        };

    private static MlflowCall SetTag(string name, string key, string value)
    {
        var body = new JsonObject
        {
            ["name"] = name,
            ["key"] = key,
            ["value"] = value,
        };
        return MlflowCall.Post("registered-models/set-tag", body, AssetOf(name));
    }

    private static MlflowCall DeleteTag(string name, string key) =>
        new(HttpMethod.Delete, "registered-models/delete-tag")
        {
            Body = new() { ["name"] = name, ["key"] = key },
            Asset = AssetOf(name),
        };

    private static JsonObject VersionBody(ModelVersionId id) => new() { ["name"] = id.Name, ["version"] = MlflowCalls.TextOf(id.Version) };

    private static void Set(JsonObject body, string key, string? value)
    {
        if (value is not null)
        {
            body[key] = value;
        }
    }

    private static void CheckName(string name) => ArgumentException.ThrowIfNullOrWhiteSpace(name);

    private static AssetRef AssetOf(string model) => new(AssetKind.Model, model);

    private string NewCall() => RunId.New(clocks.Work).ToString();

    private sealed record VersionRequest(string Id, string Name, MlflowCall Call, Announcement Announcement, ModelVersion? Earlier);
}
