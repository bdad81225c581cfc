using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Sdk.Internal;

namespace MlPlatform.Sdk;

/// <summary>ML.NET models as model packages, and back.</summary>
public static class MlNetModelPackageExtensions
{
    private const string ModelPath = "model.zip";
    private const string ProfilePath = "profile.bin";

    extension(ModelPackage)
    {
        /// <summary>Packs a trained ML.NET model.</summary>
        /// <param name="context">The context that trained it.</param>
        /// <param name="model">The model.</param>
        /// <param name="inputSchema">The schema of the training data.</param>
        /// <param name="notInputs">Columns of the training data that a caller does not give at predict time: the label, ids, weights.</param>
        /// <exception cref="InvalidModelPackageException">A column's type has no counterpart in a model signature.</exception>
        public static ModelPackage FromMlNet(
            MLContext context,
            ITransformer model,
            DataViewSchema inputSchema,
            params IReadOnlyCollection<string> notInputs
        )
        {
            ArgumentNullException.ThrowIfNull(context);
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(inputSchema);
            ArgumentNullException.ThrowIfNull(notInputs);
            using var stream = new MemoryStream();
            context.Model.Save(model, inputSchema, stream);
            var outputs = model.GetOutputSchema(inputSchema).Where(c => !c.IsHidden && IsScore(c.Name));
            var signature = new ModelSignature(
                [.. inputSchema.Where(c => !c.IsHidden && !notInputs.Contains(c.Name)).Select(MlNetSchema.ColumnOf)],
                [.. outputs.Select(MlNetSchema.ColumnOf)]
            );
            return ModelPackage.Create(
                new(ModelRuntime.MlNet, typeof(MLContext).Assembly.GetName().Version?.ToString(3) ?? "unknown"),
                signature,
                new ModelFileContent(ModelPath, ModelFileRole.Model, "application/zip", stream.ToArray())
            );
        }

        /// <summary>
        /// Packs a trained ML.NET model with what its monitor compares live traffic with: the distribution of each input and of the scores over rows
        /// that the model was not trained on, and its AUC on them.
        /// </summary>
        /// <param name="context">The context that trained it.</param>
        /// <param name="model">The model.</param>
        /// <param name="heldOut">Held-out rows with the columns of the training data; a model flatters itself on rows that it was trained on.</param>
        /// <param name="label">The column of the truth.</param>
        /// <param name="reference">
        /// Rows whose inputs live traffic is compared with; null takes the held-out ones. Give the training rows when the held-out ones are too few to
        /// show what is normal, a week where seasons matter.
        /// </param>
        /// <param name="notInputs">Further columns that a caller does not give at predict time: ids, weights.</param>
        /// <exception cref="InvalidModelPackageException">A column's type has no counterpart in a model signature.</exception>
        public static ModelPackage FromMlNet(
            MLContext context,
            ITransformer model,
            IDataView heldOut,
            string label,
            IDataView? reference = null,
            params IReadOnlyCollection<string> notInputs
        )
        {
            ArgumentNullException.ThrowIfNull(heldOut);
            ArgumentException.ThrowIfNullOrEmpty(label);
            var package = ModelPackage.FromMlNet(context, model, heldOut.Schema, [label, .. notInputs]);
            var profile = MlNetProfile.Build(package.Manifest.Signature, model, heldOut, label, reference ?? heldOut);
            return package.WithFile(new(ProfilePath, ModelFileRole.Profile, ReferenceProfile.MediaType, profile.ToBytes()));
        }
    }

    /// <summary>Loads the ML.NET model of a package whose bytes are verified first.</summary>
    /// <param name="package">The package.</param>
    /// <param name="context">The context to load it into.</param>
    /// <param name="cancellationToken">Cancels reading the bytes.</param>
    /// <exception cref="InvalidModelPackageException">The package holds no ML.NET model, or ML.NET cannot read it.</exception>
    public static async Task<ITransformer> LoadMlNetAsync(
        this ModelPackage package,
        MLContext context,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(context);
        if (package.Manifest.Runtime.Kind != ModelRuntime.MlNet || package.Manifest.Find(ModelFileRole.Model) is not { } file)
        {
            throw new InvalidModelPackageException(
                $"The package holds a model for '{package.Manifest.Runtime.Kind}', not for '{ModelRuntime.MlNet}'."
            );
        }

        using var stream = new MemoryStream(await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false), writable: false);
        try
        {
            return context.Model.Load(stream, out _);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException or InvalidOperationException)
        {
            throw new InvalidModelPackageException($"ML.NET cannot read '{file.Path}': {e.Message}", e);
        }
    }

    private static bool IsScore(string name) => name is "Score" or "Probability" or "PredictedLabel";
}
