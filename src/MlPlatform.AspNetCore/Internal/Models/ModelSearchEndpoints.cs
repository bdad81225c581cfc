using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The searches of registered models and versions.</summary>
internal sealed partial class ModelSearchEndpoints(IModelRegistry registry) : IPlatformEndpoints
{
    private const string PromptTag = "mlflow.prompt.is_prompt";

    public void Map(PlatformRoutes routes)
    {
        routes.Get("registered-models/search", Access.Read, SearchModelsAsync);
        routes.Get("model-versions/search", Access.Read, SearchVersionsAsync);
    }

    private async Task<JsonObject> SearchModelsAsync(MlflowRequest request)
    {
        var query = new ModelQuery
        {
            Filter = WithoutPrompts(request.OptionalString("filter")),
            OrderBy = request.Strings("order_by"),
            Limit = request.Limit("max_results", 100, 1000),
            PageToken = request.OptionalString("page_token") is { Length: > 0 } token ? token : null,
        };
        var page = await registry.SearchModelsAsync(query, request.CancellationToken).ConfigureAwait(false);
        var models = new JsonArray();
        foreach (var model in page.Items)
        {
            var aliases = await registry.ListAliasesAsync(model.Name, request.CancellationToken).ConfigureAwait(false);
            var latest = await ModelEndpoints.LatestAsync(registry, model.Name, [], request.CancellationToken).ConfigureAwait(false);
            models.Add(ModelMessage.Of(model, aliases, latest));
        }

        return new JsonObject().With("registered_models", models.Count == 0 ? null : models).With("next_page_token", page.NextPageToken);
    }

    private async Task<JsonObject> SearchVersionsAsync(MlflowRequest request)
    {
        var query = new VersionQuery
        {
            Filter = WithoutPrompts(request.OptionalString("filter")),
            OrderBy = request.Strings("order_by"),
            Limit = request.Limit("max_results", 10_000, 200_000),
            PageToken = request.OptionalString("page_token") is { Length: > 0 } token ? token : null,
        };
        var page = await registry.SearchVersionsAsync(query, request.CancellationToken).ConfigureAwait(false);
        var aliases = new Dictionary<string, IReadOnlyList<ModelAlias>>(StringComparer.Ordinal);
        foreach (var name in page.Items.Select(v => v.Id.Name).Distinct(StringComparer.Ordinal))
        {
            aliases[name] = await registry.ListAliasesAsync(name, request.CancellationToken).ConfigureAwait(false);
        }

        return new JsonObject()
            .With("model_versions", JsonReply.List(page.Items.Select(JsonNode (v) => ModelMessage.Of(v, aliases[v.Id.Name]))))
            .With("next_page_token", page.NextPageToken);
    }

    /// <summary>Prompts are registered models with a tag: seen by those who ask for the tag, and by no others.</summary>
    private static string WithoutPrompts(string? filter)
    {
        const string NoPrompt = $"(tags.`{PromptTag}` IS NULL OR tags.`{PromptTag}` != 'true')";
        if (string.IsNullOrWhiteSpace(filter))
        {
            return NoPrompt;
        }

        // Clients that ask for no prompts say that the tag is not true, and mean those without the tag too.
        return filter.Contains(PromptTag, StringComparison.Ordinal) ? NotPrompt().Replace(filter, NoPrompt) : $"({filter}) AND {NoPrompt}";
    }

    [GeneratedRegex(
        """tags?\.[`"]mlflow\.prompt\.is_prompt[`"]\s*!=\s*['"]true['"]""",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex NotPrompt();
}
