using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>What is known of a version and what it is made of.</summary>
internal sealed record ModelParts(ModelVersion Version)
{
    public RegisteredModel? Model { get; init; }

    public ModelManifest? Manifest { get; init; }

    public ModelCard? Card { get; init; }

    public RunInfo? Run { get; init; }

    /// <summary>Name and version.</summary>
    public JsonObject Packages { get; init; } = [];
}
