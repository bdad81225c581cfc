using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>MLflow's stages, which it deprecates in favour of aliases: a tag of ours, seen on the wire only.</summary>
internal static class Stages
{
    public const string Tag = "mlp.stage";
    public const string None = "None";
    public const string Archived = "Archived";

    private static readonly string[] All = [None, "Staging", "Production", Archived];

    public static string Of(ModelVersion version) => version.Tags.GetValueOrDefault(Tag, None);

    /// <summary>A stage in any case, in its own spelling.</summary>
    public static string Parse(string text) =>
        All.FirstOrDefault(s => string.Equals(s, text, StringComparison.OrdinalIgnoreCase))
        ?? throw MlflowException.InvalidParameter($"Invalid stage '{text}': one of {string.Join(", ", All)} was expected.");
}
