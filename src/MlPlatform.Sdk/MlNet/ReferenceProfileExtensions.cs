using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Sdk.Internal;

namespace MlPlatform.Sdk;

/// <summary>Gives a model package what its monitor compares live traffic with.</summary>
public static class ReferenceProfileExtensions
{
    /// <summary>The path of the profile in a package.</summary>
    public const string ProfilePath = "profile.bin";

    /// <summary>Adds the reference profile of rows that the model was not trained on: the distribution of each input, of the scores, and metrics.</summary>
    /// <param name="package">The package of <paramref name="model"/>.</param>
    /// <param name="context">Any context.</param>
    /// <param name="model">The model, which scores the rows.</param>
    /// <param name="reference">The rows; held-out ones, since a model flatters itself on those it was trained on.</param>
    /// <param name="metrics">Metrics measured on such rows; <c>auc</c> is what realized performance is compared with.</param>
    /// <returns>A new package; the given one is not changed.</returns>
    /// <exception cref="InvalidModelPackageException">The rows lack a column of the signature.</exception>
    public static ModelPackage WithProfile(
        this ModelPackage package,
        MLContext context,
        ITransformer model,
        IDataView reference,
        params IEnumerable<KeyValuePair<string, double>> metrics
    )
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(metrics);
        var builder = new ReferenceProfileBuilder();
        foreach (var column in package.Manifest.Signature.Inputs)
        {
            ProfileColumns.Add(builder, reference, column);
        }

        if (ProfileColumns.ReadScores(model.Transform(reference)) is { } scores)
        {
            builder.AddScores(scores);
        }

        foreach (var (name, value) in metrics)
        {
            builder.SetMetric(name, value);
        }

        return package.WithFile(new(ProfilePath, ModelFileRole.Profile, ReferenceProfile.MediaType, builder.Build().ToBytes()));
    }
}
