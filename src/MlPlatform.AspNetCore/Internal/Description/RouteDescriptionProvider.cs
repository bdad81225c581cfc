using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Routing;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Adds to the framework's description of the platform's routes what metadata of theirs cannot say without routing acting upon it.</summary>
/// <remarks>A name in a route's own metadata must be the only one of an application, and routes may be mapped twice; here the second gets a number.</remarks>
internal sealed class RouteDescriptionProvider : IApiDescriptionProvider
{
    public int Order => 0;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context) { }

    /// <summary>Comes when all others have described their routes.</summary>
    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
        foreach (var head in context.Results.Where(IsHead).ToList())
        {
            context.Results.Remove(head);
        }

        var taken = context.Results.Select(d => NameOf(d.ActionDescriptor)).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var description in context.Results)
        {
            var action = description.ActionDescriptor;
            var metadata = action.EndpointMetadata.ToList();
            foreach (var mediaType in metadata.OfType<RequestFormats>().SelectMany(f => f.MediaTypes))
            {
                description.SupportedRequestFormats.Add(new() { MediaType = mediaType });
            }

            if (metadata.OfType<OperationName>().LastOrDefault() is { } name && NameOf(action) is null)
            {
                action.EndpointMetadata =
                [
                    .. metadata,
                    new EndpointNameMetadata(Take(name.WithPath ? name.Value + WordsOf(description.RelativePath) : name.Value, taken)),
                ];
            }
        }
    }

    /// <summary>GET again, of which clients need no method.</summary>
    private static bool IsHead(ApiDescription description) =>
        description.HttpMethod == HttpMethods.Head && description.ActionDescriptor.EndpointMetadata.OfType<OperationName>().Any();

    private static string? NameOf(ActionDescriptor action) =>
        action.AttributeRouteInfo?.Name ?? action.EndpointMetadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName;

    private static string Take(string name, HashSet<string> taken)
    {
        var result = name;
        for (var number = 2; !taken.Add(result); number++)
        {
            result = string.Create(CultureInfo.InvariantCulture, $"{name}{number}");
        }

        return result;
    }

    /// <summary><c>flights/{carrier}/late-score</c> as <c>FlightsCarrierLateScore</c>.</summary>
    private static string WordsOf(string? path)
    {
        var separated = (path ?? string.Empty).Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ').ToArray();
        return string.Concat(
            new string(separated)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(w => string.Concat(char.ToUpperInvariant(w[0]).ToString(), w.AsSpan(1)))
        );
    }
}
