using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Refusals about assets in the words of MLflow's protocol: programs look for them, since its codes say less.</summary>
internal static class AssetWords
{
    private const string Tags = "/tags/";

    public static string NotFound(AssetNotFoundException exception)
    {
        var asset = exception.Asset;
        var tag = asset.Id.IndexOf(Tags, StringComparison.Ordinal);
        if (tag >= 0)
        {
            return $"No tag with {(asset.Kind == AssetKind.Run ? "name" : "key")}: {asset.Id[(tag + Tags.Length)..]} on {Name(asset with { Id = asset.Id[..tag] })}.";
        }

        return asset.Kind == AssetKind.Experiment
            ? $"No Experiment with id={asset.Id} exists.{After(exception.Hint)}"
            : $"{Name(asset)} not found.{After(exception.Hint)}";
    }

    public static string Exists(AssetExistsException exception) => $"{Name(exception.Asset)} already exists.{After(exception.Hint)}";

    public static string Deleted(AssetDeletedException exception) =>
        $"The {Kind(exception.Asset)} {exception.Asset.Id} must be in the 'active' state to be written to; it is deleted. Restore it first.";

    private static string Name(AssetRef asset) =>
        asset switch
        {
            { Kind: AssetKind.Model, Version: { } version } => string.Create(
                CultureInfo.InvariantCulture,
                $"Model Version (name={asset.Id}, version={version})"
            ),
            { Kind: AssetKind.Model } => $"Registered Model with name={asset.Id}",
            { Kind: AssetKind.LoggedModel } => $"Logged model with ID '{asset.Id}'",
            { Kind: AssetKind.Trace } => $"Trace with ID '{asset.Id}'",
            { Kind: AssetKind.Run } => $"Run with id={asset.Id}",
            { Kind: AssetKind.Experiment } => $"Experiment '{asset.Id}'",
            _ => $"'{asset}'",
        };

    private static string Kind(AssetRef asset) =>
        asset.Kind == AssetKind.LoggedModel ? "logged model" : asset.Kind.ToString().ToLowerInvariant();

    private static string After(string? hint) => hint is null ? string.Empty : " " + hint;
}
