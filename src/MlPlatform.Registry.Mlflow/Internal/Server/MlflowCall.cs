using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>One call of MLflow's API.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below <c>api/2.0/mlflow/</c>.</param>
internal sealed record MlflowCall(HttpMethod Method, string Path)
{
    /// <summary>What is sent; null sends none.</summary>
    public JsonObject? Body { get; init; }

    /// <summary>What stands in the address; those with null are left out.</summary>
    public IReadOnlyList<(string Key, string? Value)> Query { get; init; } = [];

    /// <summary>Whether doing it twice is the same as doing it once.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>What it is about: named when there is none, or one already.</summary>
    public AssetRef? Asset { get; init; }

    public static MlflowCall Get(string path, AssetRef? asset, params (string, string?)[] query) =>
        new(HttpMethod.Get, path) { Query = query, Asset = asset };

    public static MlflowCall Post(string path, JsonObject body, AssetRef? asset = null) =>
        new(HttpMethod.Post, path) { Body = body, Asset = asset };

    /// <summary>A post that makes something: it is not repeated once the server may have acted.</summary>
    public static MlflowCall Create(string path, JsonObject body, AssetRef? asset = null) =>
        Post(path, body, asset) with
        {
            IsRepeatable = false,
        };
}
