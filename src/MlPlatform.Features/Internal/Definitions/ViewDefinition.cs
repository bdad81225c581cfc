using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Any view: what is common to stored and computed ones.</summary>
internal abstract record ViewDefinition(string Name, RecordShape Row, string? Owner, string? Description) : IDefinition
{
    public AssetKind Kind => AssetKind.View;

    public abstract JsonObject Describe();
}
