using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads models of one kind.</summary>
internal interface IModelRuntime
{
    /// <summary>The manifest's <c>runtime.kind</c>.</summary>
    string Kind { get; }

    /// <summary>Loads a model and checks it against its signature.</summary>
    /// <exception cref="InvalidModelPackageException">The bytes are not such a model, or it is not what its signature says.</exception>
    IModelRunner Load(byte[] model, ModelSignature signature);
}
