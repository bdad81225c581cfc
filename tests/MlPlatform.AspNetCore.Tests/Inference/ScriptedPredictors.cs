using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Tests;

/// <summary>The predictors of an application, as a test says.</summary>
internal sealed class ScriptedPredictors : IModelServer
{
    public IReadOnlyList<ServedModel> Models { get; set; } = [];

    public bool IsLoading { get; set; }

    public Task RefreshAsync(string? model = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public IReadOnlyList<ServedModel> List() => Models;
}
