using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads models of one kind.</summary>
internal interface IModelRuntime
{
    /// <summary>The manifest's <c>runtime.kind</c>.</summary>
    string Kind { get; }

    /// <summary>Whether one run can use several threads.</summary>
    bool IsParallel => false;

    /// <summary>Whether rows may have other shapes from request to request.</summary>
    bool TakesVariableRows => false;

    /// <summary>Loads a model and checks it against its signature.</summary>
    /// <exception cref="InvalidModelPackageException">The bytes are not such a model, or it is not what its signature says.</exception>
    /// <param name="version">Which version it is, and what it is to be.</param>
    /// <param name="model">The model's bytes.</param>
    /// <param name="threads">The threads of one run, where it can use several.</param>
    /// <param name="cancellationToken">Cancels reading what else it needs.</param>
    ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken);
}
