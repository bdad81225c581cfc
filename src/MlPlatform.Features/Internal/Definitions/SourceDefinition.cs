using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal sealed record SourceDefinition(string Name, RecordShape Shape, int EventTime, int CreatedTime, int Id, string? Owner) : IDefinition
{
    /// <summary>The column that the history adds: the ingest sequence.</summary>
    public const string SequenceColumn = "_seq";

    public AssetKind Kind => AssetKind.Source;

    public string? CreatedColumn => CreatedTime < 0 ? null : Shape.Columns[CreatedTime].Name;

    public JsonObject Describe() =>
        new()
        {
            ["columns"] = DefinitionJson.Columns(Shape.Columns),
            ["eventTime"] = Shape.Columns[EventTime].Name,
            ["createdTime"] = CreatedColumn,
            ["id"] = Id < 0 ? null : Shape.Columns[Id].Name,
            ["owner"] = Owner,
        };

    /// <summary>The order of a row.</summary>
    public RowStamp Stamp(FeatureValue[] row, long sequence) =>
        new(row[EventTime].ToInt64(), CreatedTime < 0 || row[CreatedTime].IsNull ? null : row[CreatedTime].ToInt64(), sequence);
}
