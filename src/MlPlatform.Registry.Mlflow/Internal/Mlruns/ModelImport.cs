using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Imports one registered model with its versions and aliases.</summary>
internal sealed class ModelImport(IModelRegistry registry, ImportTally tally)
{
    private static readonly AliasMoveReason Reason = new(AliasMoveKind.Human, "imported from an MLflow folder");

    public async Task ImportAsync(string place, CancellationToken cancellationToken)
    {
        var meta =
            await MlrunsFolder.ReadMetaAsync(place, cancellationToken).ConfigureAwait(false)
            ?? throw new FormatException($"It has no {MlrunsFolder.Meta}, so it is no registered model.");
        var name = meta.Require("name");
        if (await registry.GetModelAsync(name, cancellationToken).ConfigureAwait(false) is null)
        {
            var tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false);
            await registry
                .CreateModelAsync(name, new() { Description = meta.Find("description"), Tags = tags }, cancellationToken)
                .ConfigureAwait(false);
            tally.Models++;
        }

        var versions = new List<(int Number, string Place, MlrunsMeta Meta)>();
        foreach (var folder in MlrunsFolder.Folders(place).Where(f => f.Name.StartsWith("version-", StringComparison.Ordinal)))
        {
            if (await MlrunsFolder.ReadMetaAsync(folder.FullName, cancellationToken).ConfigureAwait(false) is { } found)
            {
                versions.Add(((int)Math.Clamp(found.RequireNumber("version"), 0, int.MaxValue), folder.FullName, found));
            }
        }

        foreach (var (number, versionPlace, found) in versions.OrderBy(v => v.Number))
        {
            await ImportVersionAsync(new(name, number), versionPlace, found, cancellationToken).ConfigureAwait(false);
        }

        await ImportAliasesAsync(name, place, cancellationToken).ConfigureAwait(false);
    }

    private async Task ImportVersionAsync(ModelVersionId id, string place, MlrunsMeta meta, CancellationToken cancellationToken)
    {
        if (await registry.GetVersionAsync(id, cancellationToken).ConfigureAwait(false) is not null)
        {
            tally.AlreadyThere++;
            return;
        }

        if (meta.Find("current_stage") == "Deleted_Internal")
        {
            return; // How MLflow's file store deletes a version: its number stays used.
        }

        var run = meta.Find("run_id");
        var tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false);
        var runId = MlrunsMeta.RunOf(run);
        var source = SourceOf(meta.Find("storage_location") ?? meta.Find("source") ?? "unknown", run);
        var options = new ModelVersionOptions
        {
            RunId = runId,
            Description = meta.Find("description"),
            Tags = tags,
            Number = id.Version,
        };
        var external = new ExternalModel(source) { RunLink = meta.Find("run_link"), ForeignRunId = runId is null ? run : null };
        try
        {
            await registry.RegisterVersionAsync(id.Name, external, options, cancellationToken).ConfigureAwait(false);
            tally.Versions++;
        }
        catch (ArgumentException e)
        {
            tally.Skip(place, e.Message);
        }
    }

    /// <summary>A folder of a run there is the same folder of the run here.</summary>
    private static string SourceOf(string source, string? run)
    {
        var inside = run is null ? -1 : source.IndexOf($"/{run}/artifacts", StringComparison.Ordinal);
        return inside < 0 ? source : $"runs:/{run}{source[(inside + run!.Length + "//artifacts".Length)..]}".TrimEnd('/');
    }

    private async Task ImportAliasesAsync(string name, string place, CancellationToken cancellationToken)
    {
        foreach (
            var (alias, text) in await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "aliases"), cancellationToken).ConfigureAwait(false)
        )
        {
            if (await registry.GetAliasAsync(name, alias, cancellationToken).ConfigureAwait(false) is not null)
            {
                continue; // Set by somebody here, or by an import before.
            }

            if (!int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                tally.Skip(Path.Combine(place, "aliases", alias), $"'{text}' is no version.");
                continue;
            }

            await registry.SetAliasAsync(name, alias, version, ETag.None, Reason, cancellationToken).ConfigureAwait(false);
        }
    }
}
