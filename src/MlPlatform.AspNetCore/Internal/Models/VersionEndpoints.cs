using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal sealed class VersionEndpoints(IModelRegistry registry, VersionSources sources, LoggedPackages packages) : IPlatformEndpoints
{
    /// <summary>Says on a version why its files cannot be served here.</summary>
    private const string NotServable = "mlp.notServable";

    public void Map(PlatformRoutes routes)
    {
        routes.Post("model-versions/create", Access.Write, CreateAsync);
        routes.Patch("model-versions/update", Access.Write, UpdateAsync);
        routes.Delete("model-versions/delete", Access.Write, DeleteAsync);
        routes.Get("model-versions/get", Access.Read, GetAsync);
        routes.Get("model-versions/get-download-uri", Access.Read, GetUriAsync);
        routes.Post("model-versions/transition-stage", Access.Write, TransitionAsync);
        routes.Post("model-versions/set-tag", Access.Write, SetTagAsync);
        routes.Delete("model-versions/delete-tag", Access.Write, DeleteTagAsync);
    }

    private async Task<JsonObject> CreateAsync(MlflowRequest request)
    {
        var name = request.RequiredString("name");
        var tags = new Dictionary<string, string>(request.Map("tags"), StringComparer.Ordinal);
        var source = request.RequiredString("source");
        var isPrompt = IsPrompt(tags);
        if (!isPrompt)
        {
            VersionSources.Check(source); // A prompt's is a placeholder.
        }

        _ =
            await registry.GetModelAsync(name, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Model, name), "Create the registered model first.");
        var run = request.OptionalString("run_id") is { Length: > 0 } given ? given : null;
        var ownRun = run is null ? null : RunIds.TryParse(run);
        var model = new ExternalModel(source)
        {
            ForeignRunId = ownRun is null ? run : null,
            RunLink = request.OptionalString("run_link") is { Length: > 0 } link ? link : null,
            LoggedModelId = request.OptionalString("model_id") is { Length: > 0 } logged ? logged : LoggedModelOf(source),
            Package = isPrompt ? null : await PackAsync(source, tags, request.CancellationToken).ConfigureAwait(false),
        };
        var version = await registry
            .RegisterVersionAsync(
                name,
                model,
                new()
                {
                    RunId = ownRun,
                    Description = request.OptionalString("description") is { Length: > 0 } text ? text : null,
                    Tags = tags,
                },
                request.CancellationToken
            )
            .ConfigureAwait(false);
        return new() { ["model_version"] = ModelMessage.Of(version, []) };
    }

    /// <summary>Clients may register what cannot be served here; then the version says why.</summary>
    private async Task<StoredModelPackage?> PackAsync(string source, Dictionary<string, string> tags, CancellationToken cancellationToken)
    {
        if (await sources.FindPackageAsync(source, cancellationToken).ConfigureAwait(false) is { } copied)
        {
            return await packages.CopyAsync(copied, cancellationToken).ConfigureAwait(false);
        }

        if (await sources.FindAsync(source, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        try
        {
            return await packages.MakeAsync(found.Tree.Id, found.Folder, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidModelPackageException e)
        {
            tags[NotServable] = e.Message;
            return null;
        }
    }

    private async Task<JsonObject> UpdateAsync(MlflowRequest request)
    {
        var version = await registry
            .UpdateVersionAsync(Id(request), request.OptionalString("description"), request.CancellationToken)
            .ConfigureAwait(false);
        return await ReplyAsync(version, request.CancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonObject> DeleteAsync(MlflowRequest request)
    {
        await registry.DeleteVersionAsync(Id(request), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> GetAsync(MlflowRequest request) =>
        await ReplyAsync(await FindAsync(request).ConfigureAwait(false), request.CancellationToken).ConfigureAwait(false);

    private async Task<JsonObject> GetUriAsync(MlflowRequest request)
    {
        var version = await FindAsync(request).ConfigureAwait(false);
        var address =
            await sources.ResolveAsync(version, request.CancellationToken).ConfigureAwait(false)
            ?? throw MlflowException.InvalidParameter(
                $"The files of '{version.Id.ToAsset()}' are not served by this protocol: the model's name cannot stand in a path."
            );
        return new() { ["artifact_uri"] = address };
    }

    private async Task<JsonObject> TransitionAsync(MlflowRequest request)
    {
        var version = await FindAsync(request).ConfigureAwait(false);
        var stage = Stages.Parse(request.RequiredString("stage"));
        if (request.OptionalBoolean("archive_existing_versions") ?? throw request.Missing("archive_existing_versions"))
        {
            if (stage is Stages.None or Stages.Archived)
            {
                throw MlflowException.InvalidParameter(
                    $"Versions in stage '{stage}' cannot be archived to make room; only in Staging and Production."
                );
            }

            await ArchiveAsync(version, stage, request.CancellationToken).ConfigureAwait(false);
        }

        await registry.SetVersionTagAsync(version.Id, Stages.Tag, stage, request.CancellationToken).ConfigureAwait(false);
        return await ReplyAsync(await FindAsync(request).ConfigureAwait(false), request.CancellationToken).ConfigureAwait(false);
    }

    private async Task ArchiveAsync(ModelVersion version, string stage, CancellationToken cancellationToken)
    {
        const int Page = 1000;
        int? before = null;
        while (true)
        {
            var versions = await registry.ListVersionsAsync(version.Id.Name, before, Page, cancellationToken).ConfigureAwait(false);
            foreach (var other in versions.Where(v => v.Id != version.Id && Stages.Of(v) == stage))
            {
                await registry.SetVersionTagAsync(other.Id, Stages.Tag, Stages.Archived, cancellationToken).ConfigureAwait(false);
            }

            if (versions.Count < Page)
            {
                return;
            }

            before = versions[^1].Id.Version;
        }
    }

    private async Task<JsonObject> SetTagAsync(MlflowRequest request)
    {
        var value = request.OptionalString("value") ?? throw request.Missing("value");
        await registry
            .SetVersionTagAsync(Id(request), request.RequiredString("key"), value, request.CancellationToken)
            .ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> DeleteTagAsync(MlflowRequest request)
    {
        await registry.DeleteVersionTagAsync(Id(request), request.RequiredString("key"), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<ModelVersion> FindAsync(MlflowRequest request)
    {
        var id = Id(request);
        return await registry.GetVersionAsync(id, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(id.ToAsset());
    }

    private async Task<JsonObject> ReplyAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var aliases = await registry.ListAliasesAsync(version.Id.Name, cancellationToken).ConfigureAwait(false);
        return new() { ["model_version"] = ModelMessage.Of(version, aliases) };
    }

    private static ModelVersionId Id(MlflowRequest request) => new(request.RequiredString("name"), request.RequiredVersion());

    private static bool IsPrompt(Dictionary<string, string> tags) =>
        tags.TryGetValue("mlflow.prompt.is_prompt", out var value) && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static string? LoggedModelOf(string source)
    {
        const string Scheme = "models:/";
        var id = source.StartsWith(Scheme + "m-", StringComparison.Ordinal) ? source[Scheme.Length..].Split('/')[0] : null;
        return id is { Length: 34 } ? id : null;
    }
}
