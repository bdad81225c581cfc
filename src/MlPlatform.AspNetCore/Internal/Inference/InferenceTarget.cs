using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The model that a path names.</summary>
internal static class InferenceTarget
{
    /// <exception cref="MlflowException">There is no name, or the version is not one.</exception>
    public static ModelReference Of(HttpContext context, string defaultAlias) =>
        Of(RawPath.Segment(context, "model"), context.GetRouteValue("version") as string, defaultAlias);

    /// <exception cref="MlflowException">There is no name, or the version is not one.</exception>
    public static ModelReference Of(string name, string? text, string defaultAlias)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw MlflowException.InvalidParameter("The request names no model.");
        }

        if (text is null)
        {
            return ModelReference.ByAlias(name, defaultAlias);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && text[0] != '0' // One name for one version.
            ? ModelReference.ByVersion(name, version)
            : throw MlflowException.NotFound($"Model '{name}' has no version '{text}': versions are whole numbers from 1.");
    }
}
