using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Something declared that is hashed and versioned.</summary>
internal interface IDefinition
{
    AssetKind Kind { get; }

    string Name { get; }

    string? Owner { get; }

    /// <summary>Everything declared: a change of it is a new version.</summary>
    JsonObject Describe();
}
