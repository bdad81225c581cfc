namespace MlPlatform.Registry.Internal;

/// <summary>What a kind of thing can be searched and ordered by.</summary>
internal sealed record SearchSchema
{
    /// <summary>The kind, part of what a page token belongs to.</summary>
    public required string Kind { get; init; }

    /// <summary>The table of the things; its alias is <c>r</c>.</summary>
    public required string Table { get; init; }

    /// <summary>The columns that name a thing.</summary>
    public required IReadOnlyList<string> Id { get; init; }

    /// <summary>Whether things belong to experiments by <c>experiment_id</c>.</summary>
    public bool IsScoped { get; init; }

    public required IReadOnlyDictionary<string, SearchAttribute> Attributes { get; init; }

    public required IReadOnlyDictionary<SearchEntity, SearchTable> Tables { get; init; }

    /// <summary>The tables of <c>datasets.name</c> and the like.</summary>
    public IReadOnlyDictionary<string, SearchTable> Datasets { get; init; } = new Dictionary<string, SearchTable>();

    /// <summary>What comes before the ties when no order is asked for; null when the ties are all.</summary>
    public (SearchAttribute Attribute, bool IsDescending)? Default { get; init; }

    /// <summary>The order after the user's keys; never null, together unique.</summary>
    public required IReadOnlyList<(SearchAttribute Attribute, bool IsDescending)> Ties { get; init; }

    /// <exception cref="InvalidSearchException">There is no such entity or attribute.</exception>
    public SearchField Resolve(string part, SearchKey key)
    {
        var entity = key.Entity is null ? SearchEntity.Attribute : ToEntity(key.Entity);
        return entity switch
        {
            SearchEntity.Attribute when Attributes.TryGetValue(key.Name, out var attribute) => new(attribute, null, string.Empty),
            SearchEntity.Attribute => throw Unknown(part, key, Attributes.Keys),
            SearchEntity.Dataset when Datasets.TryGetValue(key.Name, out var dataset) => new(null, dataset, string.Empty),
            SearchEntity.Dataset when Datasets.Count > 0 => throw Unknown(part, key, Datasets.Keys),
            { } other when Tables.TryGetValue(other, out var table) => new(null, table, key.Name),
            _ => throw Unknown(part, key, Tables.Keys.Select(e => $"{e.ToString().ToLowerInvariant()}s.x").Append("an attribute")),
        };
    }

    private static SearchEntity? ToEntity(string text) =>
        text.ToLowerInvariant() switch
        {
            "metrics" or "metric" => SearchEntity.Metric,
            "params" or "param" or "parameters" or "parameter" => SearchEntity.Param,
            "tags" or "tag" => SearchEntity.Tag,
            "attributes" or "attribute" or "attr" or "run" or "trace" => SearchEntity.Attribute,
            "metadata" or "request_metadata" => SearchEntity.Metadata,
            "datasets" or "dataset" => SearchEntity.Dataset,
            _ => null,
        };

    private InvalidSearchException Unknown(string part, SearchKey key, IEnumerable<string> known) =>
        new(part, key.Position, $"{Kind} have no '{key}'; one of {string.Join(", ", known)} was expected.");
}
