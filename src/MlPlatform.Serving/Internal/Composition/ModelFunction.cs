using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A function of the application that versions of models may stand for.</summary>
internal abstract class ModelFunction(string name)
{
    public string Name { get; } = name;

    /// <summary>The function over the columns of a version.</summary>
    /// <param name="id">The version.</param>
    /// <param name="signature">Its columns.</param>
    /// <exception cref="InvalidModelPackageException">The function takes or gives something else.</exception>
    public abstract IModelRunner Load(ModelVersionId id, ModelSignature signature);

    /// <summary>The columns of a function of these types.</summary>
    /// <exception cref="ArgumentException">They cannot be the columns of a model; says why.</exception>
    public static ModelSignature SignatureOf(Type input, Type output)
    {
        var problems = new List<string>();
        var signature = new ModelSignature(RecordColumns.Taken(input, problems), RecordColumns.Given(output, problems));
        return problems.Count == 0
            ? signature
            : throw new ArgumentException($"A model function cannot be {input.Name} to {output.Name}: {string.Join("; ", problems)}.");
    }
}
