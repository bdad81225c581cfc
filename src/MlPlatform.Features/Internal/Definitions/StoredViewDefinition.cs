using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>A view whose rows or tiles are stored: of newest rows, or of aggregates when it has a <see cref="TileLayout"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Row">The record of its features.</param>
/// <param name="Entity">The name of its entity.</param>
/// <param name="Keys">The key columns, named and typed as in the entity.</param>
/// <param name="Source">Where its rows come from.</param>
/// <param name="SourceKeys">The positions of the key columns in the source.</param>
/// <param name="Inputs">The positions in the source of what it stores: features of newest rows, or the inputs of aggregates.</param>
/// <param name="TimeToLive">Zero means without bound.</param>
/// <param name="Tiles">How aggregates are stored; null for newest rows.</param>
/// <param name="Owner">The team.</param>
/// <param name="Description">What it is.</param>
internal sealed record StoredViewDefinition(
    string Name,
    RecordShape Row,
    string Entity,
    DataColumn[] Keys,
    SourceDefinition Source,
    int[] SourceKeys,
    int[] Inputs,
    TimeSpan TimeToLive,
    TileLayout? Tiles,
    string? Owner,
    string? Description
) : ViewDefinition(Name, Row, Owner, Description)
{
    public IReadOnlyList<TileFeature> TileFeatures => Tiles?.Features ?? [];

    public FeatureRowCodec Codec { get; } = new(new(Row.Columns));

    /// <summary>The hash of what decides the stored bytes: another one begins with empty storage.</summary>
    public string StorageHash => CanonicalJson.Digest(Storage()).Hex;

    public override JsonObject Describe()
    {
        var body = Storage();
        body["entity"] = Entity;
        body["ttl"] = TimeToLive.Ticks;
        body["features"] = DefinitionJson.Columns(Row.Columns);
        body["owner"] = Owner;
        body["description"] = Description;
        return body;
    }

    private JsonObject Storage() =>
        new()
        {
            ["keys"] = DefinitionJson.Columns(Keys),
            ["source"] = Source.Name,
            ["sourceKeys"] = DefinitionJson.Texts(SourceKeys.Select(k => Source.Shape.Columns[k].Name)),
            ["eventTime"] = Source.Shape.Columns[Source.EventTime].Name,
            ["createdTime"] = Source.CreatedColumn,
            ["columns"] = DefinitionJson.Columns(Tiles is null ? Row.Columns : Inputs.Select(i => Source.Shape.Columns[i])),
            ["aggregates"] = Tiles?.Describe(),
        };
}
