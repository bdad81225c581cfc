using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Imports one registered model with its versions and aliases.</summary>
internal sealed class ModelImport(
    IModelRegistry registry,
    IArtifactTrees trees,
    ILoggedModels logged,
    IArtifactStore artifacts,
    ImportTally tally
)
{
    private const string NotServable = "mlp.notServable";
    private const int MaximumFiles = 1000;

    private static readonly AliasMoveReason Reason = new(AliasMoveKind.Human, "imported from MLflow");

    public async Task ImportAsync(string place, FoundModel model, CancellationToken cancellationToken)
    {
        if (await registry.GetModelAsync(model.Name, cancellationToken).ConfigureAwait(false) is null)
        {
            await registry
                .CreateModelAsync(model.Name, new() { Description = model.Description, Tags = model.Tags }, cancellationToken)
                .ConfigureAwait(false);
            tally.Models++;
        }

        foreach (var version in model.Versions.OrderBy(v => v.Number))
        {
            await ImportVersionAsync(place, new(model.Name, version.Number), version, cancellationToken).ConfigureAwait(false);
        }

        foreach (var (alias, version) in model.Aliases)
        {
            if (await registry.GetAliasAsync(model.Name, alias, cancellationToken).ConfigureAwait(false) is null)
            {
                await registry.SetAliasAsync(model.Name, alias, version, ETag.None, Reason, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ImportVersionAsync(string place, ModelVersionId id, FoundVersion version, CancellationToken cancellationToken)
    {
        if (await registry.GetVersionAsync(id, cancellationToken).ConfigureAwait(false) is not null)
        {
            tally.AlreadyThere++;
            return;
        }

        var run = RemoteAssets.TryRunId(version.Run);
        var loggedModel =
            (version.LoggedModelId ?? NamedIn(version.Source)) is { } given
            && await logged.GetAsync(given, cancellationToken).ConfigureAwait(false) is { DeletedAt: null }
                ? given
                : null;
        var tags = new Dictionary<string, string>(version.Tags, StringComparer.Ordinal);
        var (source, tree, folder) = Locate(version, loggedModel);
        var external = new ExternalModel(source)
        {
            RunLink = version.RunLink,
            ForeignRunId = run is null ? version.Run : null,
            LoggedModelId = loggedModel,
            Package = tree is null ? null : await PackAsync(tree, folder, tags, cancellationToken).ConfigureAwait(false),
        };
        var options = new ModelVersionOptions
        {
            RunId = run,
            Description = version.Description,
            Tags = tags,
            Number = id.Version,
            CreatedAt = version.CreatedAt,
        };
        try
        {
            await registry.RegisterVersionAsync(id.Name, external, options, cancellationToken).ConfigureAwait(false);
            tally.Versions++;
        }
        catch (ArgumentException e)
        {
            tally.Skip($"{place}/{id.Version}", e.Message);
        }
    }

    /// <summary>A folder of a run or of a logged model there is the same folder here.</summary>
    private static (string Source, ArtifactTreeId? Tree, string Folder) Locate(FoundVersion version, string? loggedModel)
    {
        if (loggedModel is not null)
        {
            var below =
                Inside(version.Source, $"models:/{loggedModel}") ?? Inside(version.Source, $"/{loggedModel}/artifacts") ?? string.Empty;
            return (Join($"models:/{loggedModel}", below), ArtifactTreeId.OfLoggedModel(loggedModel), below);
        }

        return
            RemoteAssets.TryRunId(version.Run) is { } run
            && (Inside(version.Source, $"runs:/{version.Run}") ?? Inside(version.Source, $"/{version.Run}/artifacts")) is { } folder
            ? (Join($"runs:/{run}", folder), ArtifactTreeId.OfRun(run), folder)
            : (version.Source, null, string.Empty);
    }

    /// <summary>The logged model that a source names: MLflow's server leaves it at that.</summary>
    private static string? NamedIn(string source)
    {
        const string Scheme = "models:/";
        var id = source.StartsWith(Scheme + "m-", StringComparison.Ordinal) ? source[Scheme.Length..].Split('/')[0] : null;
        return id is { Length: 34 } ? id : null;
    }

    /// <summary>What follows a marker in an address; null without the marker.</summary>
    private static string? Inside(string source, string marker)
    {
        var at = source.IndexOf(marker, StringComparison.Ordinal);
        return at < 0 ? null : source[(at + marker.Length)..].Trim('/');
    }

    private static string Join(string root, string folder) => folder.Length == 0 ? root : $"{root}/{folder}";

    /// <summary>The package that .NET can serve, of files that were imported; null when they are none.</summary>
    private async Task<StoredModelPackage?> PackAsync(
        ArtifactTreeId tree,
        string folder,
        Dictionary<string, string> tags,
        CancellationToken cancellationToken
    )
    {
        ArtifactPath? path = null;
        if (folder.Length > 0 && !ArtifactPath.TryParse(folder, out path, out _))
        {
            return null;
        }

        var files = await trees.ListFilesAsync(tree, path, limit: MaximumFiles, cancellationToken: cancellationToken).ConfigureAwait(false);
        var prefix = path is null ? 0 : folder.Length + 1;
        try
        {
            var package = await MlmodelFolder
                .OpenAsync([.. files.Select(f => f with { Path = f.Path[prefix..] })], artifacts, cancellationToken)
                .ConfigureAwait(false);
            return package is null ? null : await registry.StorePackageAsync(package, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidModelPackageException e)
        {
            tags[NotServable] = e.Message;
            return null;
        }
    }
}
